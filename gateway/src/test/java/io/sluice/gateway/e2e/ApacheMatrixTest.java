package io.sluice.gateway.e2e;

import static io.sluice.gateway.node.ApacheClient.base64;
import static io.sluice.gateway.node.ApacheGround.numbered;
import static io.sluice.gateway.node.ApacheGround.untilReceived;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.gateway.node.ApacheClient;
import io.sluice.gateway.node.ApacheClient.Got;
import io.sluice.gateway.node.ApacheClient.Version;
import io.sluice.gateway.node.ApacheGround;
import io.sluice.gateway.node.NodeProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What takes unmodified Apache clients minutes, with every waiting time as users have it; profile {@code matrix}. */
@Tag("matrix")
class ApacheMatrixTest {
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final int QUEUES = 4;

    @TempDir
    Path directory;

    private ApacheGround ground;

    @BeforeEach
    void start() {
        ground = ApacheGround.in(directory);
    }

    @AfterEach
    void stop() {
        ground.close();
    }

    private ApacheClient producing(Version version, String topic, int queues) {
        ground.administrator().createTopic(topic, queues, queues);
        ApacheClient client = ground.another(version);
        client.tell("producer", "P_" + topic);
        return client;
    }

    @ParameterizedTest
    @CsvSource({"V5, V5", "V5, V4_9_8", "V4_9_8, V5", "V4_9_8, V4_9_8"})
    void theLocksOfAMemberThatDiedPassToAnotherWhenTheyAreOver(Version dying, Version heir) {
        ApacheClient client = producing(heir, "Inherited", QUEUES);
        ApacheClient doomed = ground.another(dying);
        for (int queueId = 0; queueId < QUEUES; queueId++) {
            client.tell("sendby", "own", "Inherited", String.valueOf(queueId), base64("before-" + queueId));
        }
        doomed.tell("consumer", "C_Inherited", "Inherited", "*", "0", "name=doomed", "orderly=true");
        untilReceived(doomed, "doomed", numbered("before", QUEUES));
        doomed.process().kill();
        client.tell("consumer", "C_Inherited", "Inherited", "*", "0", "name=heir", "orderly=true");
        for (int queueId = 0; queueId < QUEUES; queueId++) {
            client.tell("sendby", "own", "Inherited", String.valueOf(queueId), base64("after-" + queueId));
        }
        await().atMost(PATIENCE).until(() -> client.bodies("heir").containsAll(numbered("after", QUEUES)));
    }

    @ParameterizedTest
    @EnumSource
    void locksAreRenewedForAsLongAsAMemberLives(Version version) {
        ApacheClient client = producing(version, "Renewed", 1);
        String id = client.tell("consumer", "C_Renewed", "Renewed", "*", "0", "name=holder", "orderly=true");
        String otherId = client.tell("consumer", "C_Renewed", "Renewed", "*", "0", "name=other", "orderly=true");
        Duration longerThanALock = Duration.ofSeconds(75);
        long end = System.nanoTime() + longerThanALock.toNanos();
        int[] sent = {0};
        await().atMost(PATIENCE).pollInterval(Duration.ofSeconds(3)).until(() -> {
            client.tell("sendqueue", "Renewed", "0", base64("m-" + sent[0]++));
            return System.nanoTime() - end > 0;
        });
        await().atMost(PATIENCE)
                .until(() -> client.received().stream()
                                .filter(got -> got.body().startsWith("m-"))
                                .count()
                        >= sent[0]);
        assertThat(client.received()).extracting(Got::queueOffset).isSorted().doesNotHaveDuplicates();
        assertThat(ground.administrator().queuesOf("C_Renewed", id, "Renewed").size()
                        + ground.administrator()
                                .queuesOf("C_Renewed", otherId, "Renewed")
                                .size())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void theFirstRetriesComeAfterTenAndThirtySeconds(Version version) {
        ApacheClient client = producing(version, "Ladder", 1);
        client.tell("consumer", "C_Ladder", "Ladder", "*", "2", "name=reader");
        client.send("Ladder", "", "", "m");
        await().atMost(PATIENCE).until(() -> client.received("reader").size() >= 3);
        List<Long> stored =
                client.received("reader").stream().map(Got::storeTimestamp).toList();
        assertThat(stored.get(1) - stored.get(0)).isGreaterThanOrEqualTo(10_000L);
        assertThat(stored.get(2) - stored.get(1)).isGreaterThanOrEqualTo(30_000L);
    }

    @ParameterizedTest
    @EnumSource
    void clientsGoOnAfterTheNodeWasKilledAndCameBack(Version version) {
        ApacheClient client = producing(version, "Survived", QUEUES);
        client.tell("consumer", "C_Survived", "Survived", "*", "0", "name=reader");
        client.tell("sendmany", "Survived", "100", "4", "before", "0");
        untilReceived(client, "reader", numbered("before", 100));
        NodeProcess node = ground.node();
        node.kill();
        try (NodeProcess again = NodeProcess.up(
                directory.resolve("data"),
                "namesrvPort=" + node.port("namesrv"),
                "listenPort=" + node.port("broker"))) {
            await().atMost(PATIENCE).until(() -> client.ask("send", "Survived", "", "", base64("probe"))
                    .startsWith("OK"));
            client.tell("sendmany", "Survived", "100", "4", "after", "0");
            await().atMost(PATIENCE).until(() -> client.bodies("reader").containsAll(numbered("after", 100)));
            assertThat(again.process().isAlive()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void tenMembersDivideFortyQueues(Version version) {
        ApacheClient client = producing(version, "Wide", 40);
        List<String> ids = IntStream.range(0, 10)
                .mapToObj(i -> client.tell("consumer", "C_Wide", "Wide", "*", "0", "name=member-" + i))
                .toList();
        await().atMost(PATIENCE).until(() -> ids.stream()
                .allMatch(id ->
                        ground.administrator().queuesOf("C_Wide", id, "Wide").size() == 4));
        client.tell("sendmany", "Wide", "4000", "8", "m", "0");
        await().atMost(PATIENCE)
                .until(() ->
                        client.received().stream().map(Got::body).distinct().count() >= 4000);
    }
}
