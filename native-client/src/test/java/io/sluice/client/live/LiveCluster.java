package io.sluice.client.live;

import io.sluice.broker.Broker;
import io.sluice.broker.BrokerConfig;
import io.sluice.broker.settings.SettingRules;
import io.sluice.broker.transaction.TransactionRules;
import io.sluice.namesrv.NameServer;
import io.sluice.namesrv.NameServerConfig;
import io.sluice.store.StoreConfig;
import io.sluice.store.file.FileDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Name servers, and brokers with stores in a directory; each can be stopped and started again where it was. */
public final class LiveCluster implements AutoCloseable {
    private static final String DELAYS = "1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s";

    private static final TransactionRules SOON =
            new TransactionRules(Duration.ofMillis(300), Duration.ofMillis(300), 15);

    private final Path directory;
    private final Map<Integer, NameServer> nameServers = new LinkedHashMap<>();
    private final List<Integer> nameServerPorts = new ArrayList<>();
    private final Map<String, Broker> brokers = new LinkedHashMap<>();
    private final Map<String, Integer> ports = new LinkedHashMap<>();

    private LiveCluster(Path directory) {
        this.directory = directory;
    }

    /** With one name server. */
    public static LiveCluster start(Path directory, String... brokerNames) {
        return start(directory, 1, brokerNames);
    }

    public static LiveCluster start(Path directory, int nameServers, String... brokerNames) {
        LiveCluster cluster = new LiveCluster(directory);
        for (int i = 0; i < nameServers; i++) {
            cluster.nameServerPorts.add(0);
            cluster.startNameServer(i);
        }
        for (String name : brokerNames) {
            cluster.startBroker(name);
        }
        return cluster;
    }

    /** Starts a name server, at the port it had before, if any. */
    public void startNameServer(int index) {
        try {
            NameServer server = NameServer.open(NameServerConfig.on("127.0.0.1", nameServerPorts.get(index)));
            nameServers.put(index, server);
            server.start();
            nameServerPorts.set(index, server.port());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    public void stopNameServer(int index) {
        nameServers.remove(index).close();
    }

    /** Starts a broker, at the port and on the store it had before, if any. Every delay level is one second; producers are soon asked about transactions. */
    public void startBroker(String name) {
        BrokerConfig usual = BrokerConfig.in(StoreConfig.in(directory.resolve(name)));
        BrokerConfig config = new BrokerConfig(
                usual.store(),
                usual.clusterName(),
                name,
                0,
                usual.bindAddress(),
                ports.getOrDefault(name, 0),
                usual.advertised(),
                true,
                true,
                BrokerConfig.DEFAULT_TOPIC_QUEUES,
                usual.maxTopics(),
                usual.maxGroups(),
                DELAYS,
                usual.timerMaxDelay(),
                SOON,
                usual.units(),
                true,
                false,
                Map.of(),
                SettingRules.NONE);
        try {
            Broker broker = Broker.open(config, new FileDisk(), InstantSource.system());
            brokers.put(name, broker);
            broker.start(List.of(nameServerAddress().split(",")));
            ports.put(name, broker.localPort());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    public void stopBroker(String name) {
        brokers.remove(name).close();
    }

    /** Of all name servers, also of those that are away, separated by commas. */
    public String nameServerAddress() {
        return nameServerPorts.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    }

    public String brokerAddress(String name) {
        return "127.0.0.1:" + ports.get(name);
    }

    @Override
    public void close() {
        brokers.values().forEach(Broker::close);
        nameServers.values().forEach(NameServer::close);
    }
}
