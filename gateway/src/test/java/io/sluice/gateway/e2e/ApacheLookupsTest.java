package io.sluice.gateway.e2e;

import static io.sluice.gateway.node.ApacheClient.base64;
import static io.sluice.gateway.node.ApacheGround.numbered;
import static io.sluice.gateway.node.ApacheGround.until;
import static io.sluice.gateway.node.ApacheGround.untilReceived;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.node.ApacheClient;
import io.sluice.gateway.node.ApacheClient.Got;
import io.sluice.gateway.node.ApacheClient.Version;
import io.sluice.gateway.node.ApacheGround;
import io.sluice.wire.body.ConnectionData;
import io.sluice.wire.body.ConsumeDirectlyResult;
import io.sluice.wire.body.ConsumerConnection;
import io.sluice.wire.body.ConsumerRunningInfo;
import io.sluice.wire.body.QueueRef;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Finding messages again, and looking at and moving what unmodified Apache consumers do. */
class ApacheLookupsTest {
    @TempDir
    static Path directory;

    private static ApacheGround ground;

    @BeforeAll
    static void start() {
        ground = ApacheGround.in(directory, "traceTopicEnable=true");
    }

    @AfterAll
    static void stop() {
        ground.close();
    }

    private static ApacheClient producing(Version version, String topic) {
        ground.administrator().createTopic(topic, 1, 1);
        ApacheClient client = ground.client(version);
        client.tell("producer", "P_" + topic);
        return client;
    }

    @ParameterizedTest
    @EnumSource
    void aMessageIsFoundByItsPlaceByItsUniqueKeyAndByEachOfItsKeys(Version version) {
        String topic = "Found_" + version;
        ApacheClient client = producing(version, topic);
        String[] sent = client.send(topic, "t", "order-1 customer-7", "first").split(" ");
        String uniqueKey = sent[0];
        String place = sent[5];
        long afterFirst = storedAt(client, topic, place) + 1;
        until("the clock moves on", () -> System.currentTimeMillis() > afterFirst);
        client.send(topic, "t", "order-2 customer-7", "second");

        client.tell("view", topic, place);
        client.tell("view", topic, uniqueKey);
        assertThat(client.received("query").stream().filter(got -> got.topic().equals(topic)))
                .extracting(Got::body)
                .containsOnly("first");
        assertThat(client.tell("querykey", topic, "order-2")).isEqualTo("1");
        assertThat(client.tell("querykey", topic, "customer-7")).isEqualTo("2");
        assertThat(client.tell("querykey", topic, "customer-7", "from=" + afterFirst))
                .isEqualTo("1");
        assertThat(client.tell("querykey", topic, "customer-7", "to=" + (afterFirst - 1)))
                .isEqualTo("1");
        assertThat(client.ask("querykey", topic, "nobody")).startsWith("ERR MQClientException CODE: 208");
        assertThat(client.ask("view", topic, place.substring(0, 24) + "FFFFFFFF"))
                .startsWith("ERR");
    }

    private static long storedAt(ApacheClient client, String topic, String place) {
        client.tell("view", topic, place);
        return client.received("query").stream()
                .filter(got -> got.topic().equals(topic))
                .findFirst()
                .orElseThrow()
                .storeTimestamp();
    }

    @ParameterizedTest
    @EnumSource
    void offsetsAreFoundByTime(Version version) {
        String topic = "Times_" + version;
        ApacheClient client = producing(version, topic);
        long first = storedAt(client, topic, client.send(topic, "", "", "first").split(" ")[5]);
        until("the clock moves on", () -> System.currentTimeMillis() > first);
        client.send(topic, "", "", "second");
        assertThat(client.tell("offsets", topic, "0", "0")).isEqualTo("0 2 0 " + first);
        assertThat(client.tell("offsets", topic, "0", String.valueOf(first))).isEqualTo("0 2 0 " + first);
        assertThat(client.tell("offsets", topic, "0", String.valueOf(first + 1)))
                .isEqualTo("0 2 1 " + first);
        assertThat(client.tell("offsets", topic, "0", String.valueOf(Long.MAX_VALUE)))
                .isEqualTo("0 2 2 " + first);
    }

    /** Both releases at once, since 4.9.8 takes ten seconds to follow, and either does when it is pushed to. */
    @Test
    void runningConsumersAreResetToATimeWhetherTheyWaitForMessagesOrHaveEnoughToDo() {
        Map<Version, Resetting> releases = new EnumMap<>(Version.class);
        for (Version version : Version.values()) {
            releases.put(version, new Resetting(version));
        }
        releases.values().forEach(Resetting::reset);
        releases.values().forEach(Resetting::check);
    }

    /** Two groups of one release: the idle one has everything, the busy one keeps the first messages in hand. */
    private static final class Resetting {
        private final String topic;
        private final String idle;
        private final String busy;
        private final ApacheClient client;
        private final long afterEarly;

        Resetting(Version version) {
            topic = "Again_" + version;
            idle = "Idle_" + topic;
            busy = "Busy_" + topic;
            client = producing(version, topic);
            client.tell("sendmany", topic, "3", "1", "early", "0");
            client.tell("consumer", idle, topic, "*", "0", "name=" + idle);
            client.tell("consumer", busy, topic, "*", "0", "name=" + busy, "hold=true", "cached=1");
            untilReceived(client, idle, numbered("early", 3));
            untilReceived(client, busy, numbered("early", 3));
            afterEarly = client.received(idle).stream()
                            .mapToLong(Got::storeTimestamp)
                            .max()
                            .orElseThrow()
                    + 1;
            until("the clock moves on", () -> System.currentTimeMillis() > afterEarly);
            client.tell("sendmany", topic, "3", "1", "late", "0");
            untilReceived(client, idle, numbered("late", 3));
        }

        void reset() {
            for (String group : List.of(idle, busy)) {
                Map<?, Long> now = ground.administrator().resetByTime(group, topic, afterEarly);
                assertThat(now.values()).containsExactly(3L);
            }
        }

        void check() {
            until("it consumes again", () -> client.received(idle).size() >= 9);
            assertThat(client.bodies(idle).subList(6, 9)).containsExactlyInAnyOrderElementsOf(numbered("late", 3));
            untilReceived(client, busy, numbered("late", 3));
            client.tell("release", busy);
            client.tell("stop", busy);
            client.tell("stop", idle);
            List<String> once = new ArrayList<>(numbered("early", 3));
            once.addAll(numbered("late", 3));
            assertThat(client.bodies(busy)).containsExactlyInAnyOrderElementsOf(once);
            assertThat(client.bodies(idle)).hasSize(9);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aConsumerTellsWhatItDoesAndTakesAMessageDirectly(Version version) {
        String topic = "Asked_" + version;
        String group = "C_" + topic;
        ApacheClient client = producing(version, topic);
        String place = client.send(topic, "t", "k", "m").split(" ")[5];
        String id = client.tell("consumer", group, topic, "t", "0", "name=" + topic);
        untilReceived(client, topic, List.of("m"));

        ConsumerRunningInfo info = ground.administrator().runningInfo(group, id);
        assertThat(info.mqTable()).containsKey(new QueueRef(topic, "broker-a", 0));
        assertThat(info.subscriptionSet())
                .anySatisfy(wanted -> assertThat(wanted.subString()).isEqualTo("t"));
        assertThat(info.properties()).containsKey("PROP_CLIENT_VERSION");
        assertThat(info.jstack()).contains("RebalanceService");

        ConsumeDirectlyResult result = ground.administrator().consumeDirectly(group, id, topic, place);
        assertThat(result.consumeResult()).isEqualTo("CR_SUCCESS");
        until("the listener has it once more", () -> client.bodies(topic).equals(List.of("m", "m")));
    }

    @ParameterizedTest
    @EnumSource
    void progressAndConnectionsOfAGroupAreTold(Version version) {
        String topic = "Progress_" + version;
        String group = "C_" + topic;
        ApacheClient client = producing(version, topic);
        client.tell("sendqueue", topic, "0", base64("m"));
        String id = client.tell("consumer", group, topic, "a || b", "0", "name=" + topic);
        ConsumerConnection connection = ground.administrator().consumers(group);
        assertThat(connection.connectionSet())
                .extracting(ConnectionData::clientId)
                .containsExactly(id);
        assertThat(connection.consumeType()).isEqualTo("CONSUME_PASSIVELY");
        assertThat(connection.messageModel()).isEqualTo("CLUSTERING");
        assertThat(connection.subscriptionTable().get(topic).tagsSet()).containsExactlyInAnyOrder("a", "b");
        until(
                "the producer is known",
                () -> ground.administrator().producersOf("P_" + topic).size() == 1);
        client.tell("stop", topic);
        assertThat(ground.administrator().behind(group, topic)).isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void aTracingProducerLeavesItsTrace(Version version) {
        String topic = "Traced_" + version;
        ground.administrator().createTopic(topic, 1, 1);
        ApacheClient client = ground.client(version);
        client.tell("producer", "P_" + topic, "trace=true");
        String uniqueKey = client.send(topic, "t", "traced-key", "m").split(" ")[0];
        until("the trace is stored", () -> client.ask("querykey", "RMQ_SYS_TRACE_TOPIC", uniqueKey)
                .equals("OK 1"));
        assertThat(client.received("query").stream().filter(got -> got.body().startsWith("Pub")))
                .anySatisfy(got -> assertThat(got.body()).contains(topic, uniqueKey, "traced-key"));
    }
}
