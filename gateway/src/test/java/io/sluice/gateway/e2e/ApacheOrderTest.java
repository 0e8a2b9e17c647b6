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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Unmodified Apache consumers that consume queue by queue in order, under locks that the node gives. */
class ApacheOrderTest {
    private static final int QUEUES = 4;

    @TempDir
    static Path directory;

    private static ApacheGround ground;

    @BeforeAll
    static void start() {
        ground = ApacheGround.in(directory);
    }

    @AfterAll
    static void stop() {
        ground.close();
    }

    private static ApacheClient producing(Version version, String topic, int queues) {
        ground.administrator().createTopic(topic, queues, queues);
        ApacheClient client = ground.client(version);
        client.tell("producer", "P_" + topic);
        return client;
    }

    private static void sendToEach(ApacheClient client, String topic, int from, int to) {
        for (int number = from; number < to; number++) {
            for (int queueId = 0; queueId < QUEUES; queueId++) {
                client.tell("sendby", "own", topic, String.valueOf(queueId), base64(queueId + "-" + number));
            }
        }
    }

    private static List<String> ofEach(int from, int to) {
        List<String> bodies = new ArrayList<>();
        for (int queueId = 0; queueId < QUEUES; queueId++) {
            for (int number = from; number < to; number++) {
                bodies.add(queueId + "-" + number);
            }
        }
        return bodies;
    }

    /** What the readers have received of each queue, in the order in which it came to the process. */
    private static Map<Integer, List<Long>> arrivals(ApacheClient client, Set<String> readers) {
        Map<Integer, List<Long>> byQueue = new TreeMap<>();
        for (Got got : client.received()) {
            if (readers.contains(got.reader())) {
                byQueue.computeIfAbsent(got.queueId(), none -> new ArrayList<>())
                        .add(got.queueOffset());
            }
        }
        return byQueue;
    }

    @ParameterizedTest
    @EnumSource
    void orderIsKeptWhileQueuesAreHandedFromMemberToMember(Version version) {
        String topic = "Ordered_" + version;
        String group = "C_" + topic;
        String left = topic + "_left";
        String right = topic + "_right";
        ApacheClient client = producing(version, topic, QUEUES);
        sendToEach(client, topic, 0, 10);
        String leftId = client.tell("consumer", group, topic, "*", "0", "name=" + left, "orderly=true");
        untilReceived(client, left, ofEach(0, 10));

        String rightId = client.tell("consumer", group, topic, "*", "0", "name=" + right, "orderly=true");
        sendToEach(client, topic, 10, 20);
        until(
                "each has half",
                () -> ground.administrator().queuesOf(group, leftId, topic).size() == 2
                        && ground.administrator()
                                        .queuesOf(group, rightId, topic)
                                        .size()
                                == 2);
        sendToEach(client, topic, 20, 30);
        untilReceivedByAny(client, Set.of(left, right), ofEach(20, 30));
        assertThat(client.bodies(right)).isNotEmpty();

        client.tell("stop", left);
        sendToEach(client, topic, 30, 40);
        untilReceivedByAny(client, Set.of(right), ofEach(30, 40));
        assertThat(arrivals(client, Set.of(left, right)).values())
                .as("offsets of each queue in the order in which they came")
                .hasSize(QUEUES)
                .allSatisfy(offsets -> assertThat(offsets).isSorted());
    }

    private static void untilReceivedByAny(ApacheClient client, Set<String> readers, List<String> bodies) {
        until("all arrive", () -> {
            Set<String> seen = new HashSet<>();
            readers.forEach(reader -> seen.addAll(client.bodies(reader)));
            return seen.containsAll(bodies);
        });
    }

    @ParameterizedTest
    @EnumSource
    void aQueueWaitsForTheMessageThatFailed(Version version) {
        String topic = "Suspended_" + version;
        ApacheClient client = producing(version, topic, 1);
        client.tell("sendmany", topic, "5", "1", "m", "0");
        client.tell("consumer", "C_" + topic, topic, "*", "2", "name=" + topic, "orderly=true");
        untilReceived(client, topic, numbered("m", 5));
        assertThat(client.bodies(topic)).containsExactly("m-0", "m-0", "m-0", "m-1", "m-2", "m-3", "m-4");
    }

    @ParameterizedTest
    @EnumSource
    void aMessageThatBlocksItsQueueTooOftenGoesToTheDeadLettersAndTheQueueGoesOn(Version version) {
        String topic = "Blocked_" + version;
        String group = "C_" + topic;
        ApacheClient client = producing(version, topic, 1);
        client.send(topic, "", "", "poison");
        client.tell("consumer", group, topic, "*", "2", "name=" + topic, "orderly=true", "max=1");
        client.send(topic, "", "", "next");
        untilReceived(client, topic, List.of("next"));
        assertThat(client.bodies(topic)).containsExactly("poison", "poison", "next");
        until("a dead letter", () -> client.ask("pullall", "%DLQ%" + group).equals("OK 1"));
    }
}
