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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A name server and brokers with stores in a directory; brokers can be stopped and started again where they were. */
public final class LiveCluster implements AutoCloseable {
    private static final String DELAYS = "1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s";

    private static final TransactionRules SOON =
            new TransactionRules(Duration.ofMillis(300), Duration.ofMillis(300), 15);

    private final Path directory;
    private final NameServer nameServer;
    private final Map<String, Broker> brokers = new LinkedHashMap<>();
    private final Map<String, Integer> ports = new LinkedHashMap<>();

    private LiveCluster(Path directory, NameServer nameServer) {
        this.directory = directory;
        this.nameServer = nameServer;
    }

    public static LiveCluster start(Path directory, String... brokerNames) {
        try {
            NameServer nameServer = NameServer.open(NameServerConfig.on("127.0.0.1", 0));
            nameServer.start();
            LiveCluster cluster = new LiveCluster(directory, nameServer);
            for (String name : brokerNames) {
                cluster.startBroker(name);
            }
            return cluster;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
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
            broker.start(List.of(nameServerAddress()));
            ports.put(name, broker.localPort());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    public void stopBroker(String name) {
        brokers.remove(name).close();
    }

    public String nameServerAddress() {
        return "127.0.0.1:" + nameServer.port();
    }

    @Override
    public void close() {
        brokers.values().forEach(Broker::close);
        nameServer.close();
    }
}
