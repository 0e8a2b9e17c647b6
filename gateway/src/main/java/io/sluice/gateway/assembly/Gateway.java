package io.sluice.gateway.assembly;

import io.sluice.broker.Broker;
import io.sluice.gateway.config.DataDirectory;
import io.sluice.gateway.config.NameServerOverridesFile;
import io.sluice.gateway.config.NameServerSettingsFile;
import io.sluice.gateway.config.RuntimeOverrides;
import io.sluice.gateway.config.Settings;
import io.sluice.http.HttpBridge;
import io.sluice.model.SluiceException;
import io.sluice.mqtt.MqttBridge;
import io.sluice.namesrv.NameServer;
import io.sluice.port.BrokerPort;
import io.sluice.port.BrokerPortFactory;
import io.sluice.runtime.CloseStack;
import io.sluice.store.file.FileDisk;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process: the parts that its roles ask for, opened from the store up, started in the same order, closed in reverse.
 *
 * <p>{@link #open} touches files, {@link #start} binds ports and runs threads, {@link #close} undoes both; twice is harmless.
 */
public final class Gateway implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Gateway.class);

    private final Set<Role> roles;
    private final Settings settings;
    private final PartConfigs configs;
    private final NodeHealth health = new NodeHealth();
    private final ReadyLine ready = new ReadyLine();
    private final CloseStack opened;
    private final NameServer nameServer;
    private final Broker broker;

    private Gateway(
            Set<Role> roles,
            Settings settings,
            PartConfigs configs,
            NameServer nameServer,
            Broker broker,
            CloseStack opened) {
        this.roles = roles;
        this.settings = settings;
        this.configs = configs;
        this.nameServer = nameServer;
        this.broker = broker;
        this.opened = opened;
    }

    /**
     * Checks the ports, opens the store and puts the parts together; nothing listens yet.
     *
     * @throws SluiceException when something is in the way; then nothing stays open
     */
    public static Gateway open(Set<Role> roles, Settings given) {
        Settings settings = withOverrides(roles, given);
        PartConfigs configs = new PartConfigs(settings);
        configs.checkPorts(roles);
        if (roles.contains(Role.BROKER) || roles.contains(Role.NAME_SERVER)) {
            DataDirectory.check(settings.path("storePathRootDir"));
        }
        if (!settings.accepted().isEmpty()) {
            log.info("settings of RocketMQ that Sluice does not need: {}", settings.accepted());
        }
        try (CloseStack opening = new CloseStack()) {
            NameServer nameServer = roles.contains(Role.NAME_SERVER)
                    ? opening.push(NameServer.open(
                            configs.nameServer(),
                            new NameServerSettingsFile(new FileDisk(), settings.path("storePathRootDir")),
                            new NameServerOverridesFile(new FileDisk(), settings.path("storePathRootDir"))))
                    : null;
            Broker broker = roles.contains(Role.BROKER)
                    ? opening.push(Broker.open(configs.broker(), new FileDisk(), InstantSource.system()))
                    : null;
            return new Gateway(roles, settings, configs, nameServer, broker, opening.release());
        } catch (IOException failed) {
            throw new SluiceException("the node cannot start: " + failed.getMessage(), failed);
        }
    }

    private static Settings withOverrides(Set<Role> roles, Settings given) {
        Settings settings = given;
        if (roles.contains(Role.BROKER)) {
            settings = RuntimeOverrides.ofBroker(settings, new FileDisk());
        }
        if (roles.contains(Role.NAME_SERVER)) {
            settings = RuntimeOverrides.ofNameServer(settings, new FileDisk());
        }
        return settings;
    }

    /** Runs threads and binds the doors; returns when every door accepts and the broker is registered. */
    public void start() {
        try {
            if (nameServer != null) {
                nameServer.start();
                ready.door("namesrv", configs.host(), nameServer.port());
            }
            if (broker != null) {
                broker.start(nameServers());
                ready.door("broker", configs.host(), broker.localPort());
                health.watch(broker);
            }
            if (roles.contains(Role.DOORS)) {
                startDoors(broker != null ? broker.port() : opened.push(remotePort()));
            }
        } catch (IOException failed) {
            throw new SluiceException("the node cannot start: " + failed.getMessage(), failed);
        }
        ready.entry("data", dataDirectory().toString());
        ready.entry("pid", String.valueOf(ProcessHandle.current().pid()));
        health.ready();
    }

    private void startDoors(BrokerPort port) {
        MqttBridge mqtt = opened.push(MqttBridge.open(configs.mqtt(), port));
        HttpBridge http = opened.push(HttpBridge.open(configs.http(), port, health));
        mqtt.start();
        http.start();
        ready.door("mqtt", configs.host(), mqtt.localPort());
        ready.door("http", configs.host(), http.localPort());
    }

    /** The name servers to register at: those given, and the one in this process. */
    private List<String> nameServers() {
        return configs.nameServers(nameServer == null ? List.of() : List.of(configs.host() + ":" + nameServer.port()));
    }

    private BrokerPort remotePort() {
        List<String> addresses = configs.nameServers(List.of());
        return BrokerPortFactory.open(URI.create("sluice://" + String.join(",", addresses)));
    }

    /** The directory that {@code --data} names: the parent of the store. */
    private Path dataDirectory() {
        Path store = settings.path("storePathRootDir").toAbsolutePath().normalize();
        return store.getParent() != null && store.endsWith("store") ? store.getParent() : store;
    }

    /** Says where everything listens; complete after {@link #start}. */
    public String readyLine() {
        return ready.text();
    }

    /** Takes the node out of service: probes say so first, doors close, the broker unregisters, the store is left clean. */
    @Override
    public void close() {
        health.stopping();
        opened.close();
    }
}
