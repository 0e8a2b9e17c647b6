package io.sluice.gateway.e2e;

import static io.sluice.gateway.node.ApacheClient.base64;
import static io.sluice.gateway.node.ApacheGround.numbered;
import static io.sluice.gateway.node.ApacheGround.until;
import static io.sluice.gateway.node.ApacheGround.untilReceived;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.node.Administrator;
import io.sluice.gateway.node.ApacheClient;
import io.sluice.gateway.node.ApacheClient.Version;
import io.sluice.gateway.node.ApacheGround;
import io.sluice.gateway.node.NodeProcess;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Unmodified Apache clients and two brokers that share a topic, one of which dies. */
class ApacheTwoBrokersTest {
    private static final String TOPIC = "Everywhere";

    @TempDir
    Path directory;

    private ApacheGround ground;
    private NodeProcess second;

    @BeforeEach
    void start() {
        ground = ApacheGround.in(directory);
        second = NodeProcess.up(
                directory.resolve("second"),
                "brokerName=broker-b",
                "namesrvAddr=" + ground.node().nameServer());
        ground.administrator().createTopic(TOPIC, 2, 2);
        try (Administrator ofSecond = new Administrator(second.address("broker"))) {
            ofSecond.createTopic(TOPIC, 2, 2);
        }
    }

    @AfterEach
    void stop() {
        ground.close();
        second.close();
    }

    /** Sends until both brokers have taken something. */
    private static void useBoth(ApacheClient client) {
        Set<String> brokers = new HashSet<>();
        until("both brokers are used", () -> {
            brokers.add(brokerOf(client.send(TOPIC, "", "", "warm-up")));
            return brokers.equals(Set.of("broker-a", "broker-b"));
        });
    }

    private static String brokerOf(String sent) {
        return sent.split(" ")[4];
    }

    @Test
    void aDeadBrokerCostsProducersTriesAndConsumersNothingOfTheOtherBroker() {
        Map<Version, ApacheClient> clients = new EnumMap<>(Version.class);
        for (Version version : Version.values()) {
            ApacheClient client = ground.client(version);
            client.tell("producer", "P_isolating_" + version, "isolate=true");
            useBoth(client);
            client.tell("producer", "P_" + version);
            useBoth(client);
            client.tell("consumer", "C_" + version, TOPIC, "*", "0", "name=reader");
            client.tell("sendmany", TOPIC, "20", "1", "both_" + version, "0");
            untilReceived(client, "reader", numbered("both_" + version, 20));
            clients.put(version, client);
        }
        ApacheClient detecting = ground.another(
                Version.V5, "-Dcom.rocketmq.sendLatencyEnable=true", "-Dcom.rocketmq.startDetectorEnable=true");
        detecting.tell("producer", "P_detecting", "isolate=true");
        useBoth(detecting);

        second.kill();
        clients.forEach((version, client) -> {
            for (int number = 0; number < 6; number++) {
                String sent = client.tell("send", TOPIC, "", "", base64("alone_" + version + "-" + number));
                assertThat(brokerOf(sent)).isEqualTo("broker-a");
            }
            untilReceived(client, "reader", numbered("alone_" + version, 6));
            client.tell("use", "P_isolating_" + version);
            for (int number = 0; number < 6; number++) {
                String sent = client.tell("send", TOPIC, "", "", base64("isolated_" + version + "-" + number));
                assertThat(brokerOf(sent)).isEqualTo("broker-a");
            }
            untilReceived(client, "reader", numbered("isolated_" + version, 6));
        });
        for (int number = 0; number < 6; number++) {
            assertThat(brokerOf(detecting.send(TOPIC, "", "", "m"))).isEqualTo("broker-a");
        }
    }
}
