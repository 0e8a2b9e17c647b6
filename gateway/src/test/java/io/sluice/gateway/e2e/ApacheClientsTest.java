package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.gateway.node.ApacheClient;
import io.sluice.gateway.node.ApacheClient.Got;
import io.sluice.gateway.node.ApacheClient.Version;
import io.sluice.gateway.node.NodeProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Unmodified Apache RocketMQ clients that know nothing but the name server's address. */
class ApacheClientsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    static Path directory;

    private static NodeProcess node;

    @BeforeAll
    static void startNode() {
        node = NodeProcess.up(directory.resolve("data"));
    }

    @AfterAll
    static void stopNode() {
        node.close();
    }

    private static ApacheClient client(Version version) {
        return new ApacheClient(version, node.nameServer(), directory);
    }

    private static Set<String> bodies(ApacheClient client) {
        return client.received().stream().map(Got::body).collect(Collectors.toSet());
    }

    private static Set<String> numbered(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + "-" + i).collect(Collectors.toSet());
    }

    @ParameterizedTest
    @EnumSource
    void tenThousandMessagesSentAreAllReceivedByAPushConsumer(Version version) {
        String topic = "Ten_" + version;
        try (ApacheClient client = client(version)) {
            client.tell("producer", "P_" + topic);
            client.tell("sendmany", topic, "10000", "16", "m", "0");
            client.tell("consumer", "C_" + topic, topic, "*", "0");
            Set<String> expected = numbered("m", 10_000);
            await().atMost(PATIENCE).until(() -> bodies(client).size() >= expected.size());
            assertThat(bodies(client)).isEqualTo(expected);
        }
    }

    @Test
    void theTwoVersionsReadEachOthersMessagesWithTagsKeysAndProperties() {
        try (ApacheClient old = client(Version.V4_9_8);
                ApacheClient recent = client(Version.V5)) {
            old.tell("producer", "P_old");
            recent.tell("producer", "P_recent");
            old.send("Between", "TagA", "k1 k2", "from 4.9.8", "colour=red");
            recent.send("Between", "TagA", "k3", "from 5", "größe=zwölf");
            recent.send("Between", "TagB", "k4", "not wanted");
            old.tell("consumer", "C_old", "Between", "TagA || TagX", "0");
            recent.tell("consumer", "C_recent", "Between", "TagA || TagX", "0");
            for (ApacheClient reader : List.of(old, recent)) {
                await().atMost(PATIENCE).until(() -> bodies(reader).equals(Set.of("from 4.9.8", "from 5")));
                Got fromOld = reader.received().stream()
                        .filter(got -> got.body().equals("from 4.9.8"))
                        .findFirst()
                        .orElseThrow();
                assertThat(fromOld.properties())
                        .containsEntry("TAGS", "TagA")
                        .containsEntry("KEYS", "k1 k2")
                        .containsEntry("colour", "red");
            }
        }
    }

    @Test
    void aBatchArrivesWholeAndInOrder() {
        try (ApacheClient client = client(Version.V5)) {
            client.tell("producer", "P_batch");
            client.tell("sendbatch", "Batched", "32", "b");
            client.tell("consumer", "C_batch", "Batched", "*", "0");
            await().atMost(PATIENCE).until(() -> bodies(client).size() == 32);
            List<Got> inOrder = client.received().stream()
                    .sorted((left, right) -> Long.compare(left.queueOffset(), right.queueOffset()))
                    .toList();
            assertThat(inOrder)
                    .extracting(Got::queueId)
                    .containsOnly(inOrder.get(0).queueId());
            assertThat(inOrder)
                    .extracting(Got::body)
                    .containsExactlyElementsOf(
                            IntStream.range(0, 32).mapToObj(i -> "b-" + i).toList());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFailedMessageComesBackWithOneMoreAttempt(Version version) {
        String topic = "Retry_" + version;
        // The retry topic comes into being with a group's first heartbeat; a client that starts later finds it at once.
        try (ApacheClient first = client(version)) {
            first.tell("producer", "P_" + topic);
            first.send(topic, "other", "k", "so that the topic exists");
            first.tell("consumer", "C_" + topic, topic, "*", "0");
            await().atMost(PATIENCE).until(() -> !first.received().isEmpty());
            first.finish();
        }
        try (ApacheClient client = client(version)) {
            client.tell("producer", "P_" + topic);
            client.tell("consumer", "C_" + topic, topic, "*", "1");
            client.send(topic, "t", "k", "again please");
            await().atMost(PATIENCE).until(() -> client.received().size() >= 2);
            assertThat(client.received()).extracting(Got::reconsumeTimes).startsWith(0, 1);
            assertThat(client.received().get(1).body()).isEqualTo("again please");
            assertThat(client.received().get(1).topic()).isEqualTo(topic);
        }
    }

    @Test
    void twoConsumersOfAGroupShareTheQueues() {
        try (ApacheClient left = client(Version.V5);
                ApacheClient right = client(Version.V4_9_8)) {
            left.tell("producer", "P_shared");
            left.send("Divided", "", "", "warm-up");
            left.tell("consumer", "C_shared", "Divided", "*", "0");
            right.tell("consumer", "C_shared", "Divided", "*", "0");
            Set<String> all = new HashSet<>();
            await().atMost(PATIENCE).until(() -> {
                left.tell("sendmany", "Divided", "40", "1", "m", "0");
                return !left.received().isEmpty()
                        && right.received().stream().anyMatch(got -> got.body().startsWith("m-"));
            });
            await().atMost(PATIENCE).until(() -> {
                all.addAll(bodies(left));
                all.addAll(bodies(right));
                return all.containsAll(numbered("m", 40));
            });
        }
    }

    @Test
    void anIllegalTopicNameIsRefusedByTheBrokerWithTheReason() {
        try (ApacheClient client = client(Version.V5)) {
            client.tell("producer", "P_bad");
            String answer = client.ask("send", "no such/name", "", "", ApacheClientsTest.base64("x"));
            assertThat(answer).startsWith("ERR");
        }
    }

    private static String base64(String text) {
        return java.util.Base64.getEncoder().encodeToString(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
}
