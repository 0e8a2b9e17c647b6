package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.gateway.node.ApacheClient;
import io.sluice.gateway.node.ApacheClient.Got;
import io.sluice.gateway.node.ApacheClient.Version;
import io.sluice.gateway.node.GenuineRocketmq;
import io.sluice.gateway.node.NodeProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A store directory moves between Sluice and a genuine Apache RocketMQ broker, cleanly stopped or killed. */
@Tag("peer")
class StoreBothWaysPeerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** What a client asks for when a topic is created by sending. */
    private static final int QUEUES = 4;

    @TempDir
    Path directory;

    private ApacheClient client(String nameServer) {
        return new ApacheClient(Version.V5, nameServer, directory);
    }

    /** Fills the store with plain, tagged, keyed and batched messages, and lets a group read some of them. */
    private void fill(String nameServer) {
        try (ApacheClient client = client(nameServer)) {
            client.tell("producer", "P_move");
            // A genuine broker says that it has started before its name server knows of it.
            await().atMost(PATIENCE)
                    .until(() -> client.ask("send", "WarmUp", "", "", "eA=="), answer -> answer.startsWith("OK"));
            client.tell("sendmany", "Moving", "500", "4", "m", "200");
            for (int i = 0; i < 3; i++) {
                client.send("Moving", "TagK", "order-" + i + " customer-7", "keyed-" + i, "colour=red");
            }
            client.tell("sendbatch", "MovingBatch", "16", "b");
            client.tell("consumer", "C_move", "Moving", "*", "0");
            await().atMost(PATIENCE).until(() -> client.received().size() >= 503);
            client.finish();
        }
        awaitOffsetsOnDisk();
    }

    /** What is committed may take its time to the disk; a broker that is killed owes only what got there. */
    private void awaitOffsetsOnDisk() {
        Path table = directory.resolve("data/store/config/consumerOffset.json");
        await().atMost(PATIENCE).until(() -> Files.exists(table) && committedIn(Files.readString(table)) == 503);
    }

    private static int committedIn(String table) {
        Matcher group = Pattern.compile("\"Moving@C_move\"\\s*:\\s*\\{([^}]*)}").matcher(table);
        return group.find()
                ? Pattern.compile(":\\s*(\\d+)")
                        .matcher(group.group(1))
                        .results()
                        .mapToInt(offset -> Integer.parseInt(offset.group(1)))
                        .sum()
                : 0;
    }

    private static Set<String> bodies(ApacheClient client) {
        return client.received().stream().map(Got::body).collect(Collectors.toSet());
    }

    /** Everything that {@link #fill} stored is served: messages, key queries, what the group has committed. */
    private void check(String nameServer) {
        try (ApacheClient client = client(nameServer)) {
            client.tell("producer", "P_check");
            await().atMost(PATIENCE)
                    .until(() -> client.ask("pullall", "MovingBatch"), answer -> answer.startsWith("OK"));
            assertThat(client.tell("pullall", "Moving")).isEqualTo("503");
            assertThat(bodies(client))
                    .contains("keyed-0", "keyed-1", "keyed-2", "b-0", "b-15")
                    .hasSize(503 + 16);
            assertThat(client.tell("querykey", "Moving", "customer-7")).isEqualTo("3");
            assertThat(client.tell("querykey", "Moving", "order-1")).isEqualTo("1");
            int committed = 0;
            for (int queueId = 0; queueId < QUEUES; queueId++) {
                committed += Integer.parseInt(client.tell("committed", "C_move", "Moving", String.valueOf(queueId)));
            }
            assertThat(committed)
                    .as("what the group has committed over all queues")
                    .isEqualTo(503);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aGenuineBrokerServesAStoreThatSluiceWrote(boolean cleanly) {
        Path data = directory.resolve("data");
        try (NodeProcess node = NodeProcess.up(data)) {
            fill(node.nameServer());
            if (cleanly) {
                node.stop();
            } else {
                node.kill();
            }
        }
        try (GenuineRocketmq genuine = new GenuineRocketmq(directory.resolve("home"), data.resolve("store"))) {
            check(genuine.nameServer());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void sluiceServesAStoreThatAGenuineBrokerWrote(boolean cleanly) {
        Path data = directory.resolve("data");
        try (GenuineRocketmq genuine = new GenuineRocketmq(directory.resolve("home"), data.resolve("store"))) {
            fill(genuine.nameServer());
            if (cleanly) {
                genuine.stop();
            } else {
                genuine.kill();
            }
        }
        try (NodeProcess node = NodeProcess.up(data)) {
            check(node.nameServer());
        }
    }
}
