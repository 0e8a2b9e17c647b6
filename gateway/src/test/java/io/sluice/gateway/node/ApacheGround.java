package io.sluice.gateway.node;

import static org.awaitility.Awaitility.await;

import io.sluice.gateway.node.ApacheClient.Version;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;

/** A node that all tests of a class share, one client process of each release beside it, and an administrator. */
public final class ApacheGround implements AutoCloseable {
    public static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Consumers look for a better division of the queues this often; unless told they wait 20 s. */
    private static final String REBALANCE_OFTEN = "-Drocketmq.client.rebalance.waitInterval=1000";
    /** And no more often than this; unless told newer releases wait 1 s. */
    public static final String REBALANCE_AT_ONCE = "-Drocketmq.client.rebalance.minInterval=50";

    private final Path directory;
    private final NodeProcess node;
    private final Administrator administrator;
    private final Map<Version, ApacheClient> shared = new EnumMap<>(Version.class);
    private final List<ApacheClient> others = new ArrayList<>();

    private ApacheGround(Path directory, NodeProcess node) {
        this.directory = directory;
        this.node = node;
        this.administrator = new Administrator(node.address("broker"));
    }

    /** @param settings of the node */
    public static ApacheGround in(Path directory, String... settings) {
        return new ApacheGround(directory, NodeProcess.up(directory.resolve("data"), settings));
    }

    public NodeProcess node() {
        return node;
    }

    public Administrator administrator() {
        return administrator;
    }

    /** The one process of this release that all tests share; their groups and topics must have names of their own. */
    public ApacheClient client(Version version) {
        return shared.computeIfAbsent(
                version,
                none -> new ApacheClient(version, node.nameServer(), directory, REBALANCE_OFTEN, REBALANCE_AT_ONCE));
    }

    /** A process of its own, ended with the ground at the latest. */
    public ApacheClient another(Version version, String... settings) {
        ApacheClient client = new ApacheClient(version, node.nameServer(), directory, settings);
        others.add(client);
        return client;
    }

    /** Waits until it is so; what does not get so fails the test. */
    public static void until(String what, Callable<Boolean> condition) {
        await(what).atMost(PATIENCE).until(condition);
    }

    /** Waits until one of the client's consumers has received messages with all these bodies. */
    public static void untilReceived(ApacheClient client, String reader, Collection<String> bodies) {
        until(reader + " receives " + bodies, () -> new HashSet<>(client.bodies(reader)).containsAll(bodies));
    }

    /** The bodies of numbered messages. */
    public static List<String> numbered(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + "-" + i).toList();
    }

    @Override
    public void close() {
        shared.values().forEach(ApacheClient::close);
        others.forEach(ApacheClient::close);
        administrator.close();
        node.close();
    }
}
