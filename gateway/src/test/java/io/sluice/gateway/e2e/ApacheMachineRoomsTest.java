package io.sluice.gateway.e2e;

import static io.sluice.gateway.node.ApacheClient.base64;
import static io.sluice.gateway.node.ApacheGround.numbered;
import static io.sluice.gateway.node.ApacheGround.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.node.Administrator;
import io.sluice.gateway.node.ApacheClient;
import io.sluice.gateway.node.ApacheClient.Version;
import io.sluice.gateway.node.ApacheGround;
import io.sluice.gateway.node.NodeProcess;
import io.sluice.wire.body.QueueRef;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two brokers that stand in machine rooms of their own, as their names say; the disk of the second one has no room left. */
class ApacheMachineRoomsTest {
    private static final String EAST = "east@broker-a";
    private static final String WEST = "west@broker-b";
    private static final String MORE_THAN_ANY_DISK_HAS = String.valueOf(1L << 50);

    @TempDir
    static Path directory;

    private static ApacheGround ground;
    private static NodeProcess full;
    private static Administrator ofFull;

    @BeforeAll
    static void start() {
        ground = ApacheGround.in(directory, "brokerName=" + EAST);
        full = NodeProcess.up(
                directory.resolve("full"),
                "brokerName=" + WEST,
                "diskFreeMinBytes=" + MORE_THAN_ANY_DISK_HAS,
                "namesrvAddr=" + ground.node().nameServer());
        ofFull = new Administrator(full.address("broker"));
    }

    @AfterAll
    static void stop() {
        ground.close();
        ofFull.close();
        full.close();
    }

    private static void createTopic(String topic) {
        ground.administrator().createTopic(topic, 2, 2);
        ofFull.createTopic(topic, 2, 2);
    }

    private static Set<QueueRef> queuesOf(String group, String clientId, String topic) {
        return ground.administrator().runningInfo(group, clientId).mqTable().keySet().stream()
                .filter(queue -> queue.topic().equals(topic))
                .collect(Collectors.toSet());
    }

    @Test
    void consumersTakeTheQueuesOfTheMachineRoomsTheyName() {
        String topic = "InRooms";
        createTopic(topic);
        ApacheClient old = ground.client(Version.V4_9_8);
        ApacheClient recent = ground.client(Version.V5);
        String oldId = old.tell("consumer", "C_east", topic, "*", "0", "name=old_east", "by=rooms:east");
        String recentId = recent.tell("consumer", "C_east", topic, "*", "0", "name=recent_east", "by=rooms:east");
        String oldBothId = old.tell("consumer", "C_both", topic, "*", "0", "name=old_both", "by=rooms:east,west");
        until("those of one room share its queues", () -> {
            Set<QueueRef> ofOld = queuesOf("C_east", oldId, topic);
            Set<QueueRef> ofRecent = queuesOf("C_east", recentId, topic);
            return ofOld.size() == 1
                    && ofRecent.size() == 1
                    && !ofOld.equals(ofRecent)
                    && ofOld.iterator().next().brokerName().equals(EAST)
                    && ofRecent.iterator().next().brokerName().equals(EAST);
        });
        until(
                "one that names both rooms has all queues",
                () -> queuesOf("C_both", oldBothId, topic).size() == 4);

        recent.tell("producer", "P_" + topic);
        recent.tell("sendmany", topic, "20", "1", "m", "0");
        until("together they receive what the room has", () -> {
            List<String> both = new ArrayList<>(old.bodies("old_east"));
            both.addAll(recent.bodies("recent_east"));
            return both.containsAll(numbered("m", 20));
        });
    }

    @Test
    void aBrokerWithoutRoomOnItsDiskIsPassedOver() {
        String topic = "PassedOver";
        createTopic(topic);
        for (Version version : Version.values()) {
            ApacheClient client = ground.client(version);
            client.tell("producer", "P_" + topic + version);
            assertThat(client.ask("sendqueue", topic, "0", base64("x"), "broker=" + WEST))
                    .startsWith("ERR MQBrokerException CODE: 14");
            for (int number = 0; number < 8; number++) {
                assertThat(client.send(topic, "", "", "m").split(" ")).contains("SEND_OK", EAST);
            }
        }
    }
}
