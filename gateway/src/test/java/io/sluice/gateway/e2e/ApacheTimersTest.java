package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.gateway.node.ApacheClient;
import io.sluice.gateway.node.ApacheClient.Got;
import io.sluice.gateway.node.ApacheClient.Version;
import io.sluice.gateway.node.NodeProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Exact times of delivery, asked for by unmodified Apache clients. */
class ApacheTimersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    Path directory;

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes());
    }

    private static List<String> bodies(ApacheClient client) {
        return client.received().stream().map(Got::body).toList();
    }

    @ParameterizedTest
    @EnumSource
    void messagesComeInTheOrderOfTheirTimesAndNeverBeforeThem(Version version) {
        try (NodeProcess node = NodeProcess.up(directory.resolve("data"));
                ApacheClient client = new ApacheClient(version, node.nameServer(), directory)) {
            client.tell("producer", "P_Timed");
            client.send("Timed", "t", "k", "at once");
            client.tell("consumer", "C_Timed", "Timed", "*", "0");
            await().atMost(PATIENCE).until(() -> client.received().size() == 1);
            long now = System.currentTimeMillis();
            long late = now + 4_000;
            client.tell("sendat", "Timed", Long.toString(late), base64("late"));
            client.tell("sendat", "Timed", Long.toString(now + 1_500), base64("soon"));
            client.tell("sendat", "Timed", Long.toString(now - 1), base64("over"));
            await().atMost(PATIENCE).until(() -> client.received().size() == 4);
            assertThat(bodies(client)).containsSubsequence("soon", "late").contains("at once", "over");
            for (Got got : client.received()) {
                String due = got.properties().get("TIMER_OUT_MS");
                if (due != null) {
                    assertThat(Long.parseLong(got.properties().get("TIMER_DEQUEUE_MS")))
                            .isGreaterThanOrEqualTo(Long.parseLong(due));
                }
            }
        }
    }

    @Test
    void aMessageCalledBackByItsSenderNeverComesThroughAKillOfTheNode() {
        Path data = directory.resolve("data");
        try (NodeProcess node = NodeProcess.up(data)) {
            try (ApacheClient client = new ApacheClient(Version.V5, node.nameServer(), directory)) {
                client.tell("producer", "P_Regret");
                String due = Long.toString(System.currentTimeMillis() + 15_000);
                String handle = client.tell("sendat", "Regret", due, base64("regretted"))
                        .split(" ")[6];
                client.tell("sendat", "Regret", due, base64("kept"));
                assertThat(client.tell("recall", "Regret", handle)).isNotBlank();
                assertThat(client.ask("recall", "Regret", handle)).startsWith("ERR");
            }
            node.kill();
        }
        try (NodeProcess node = NodeProcess.up(data);
                ApacheClient client = new ApacheClient(Version.V5, node.nameServer(), directory)) {
            client.tell("consumer", "C_Regret", "Regret", "*", "0");
            await().atMost(PATIENCE).until(() -> !client.received().isEmpty());
            assertThat(bodies(client)).containsExactly("kept");
        }
    }
}
