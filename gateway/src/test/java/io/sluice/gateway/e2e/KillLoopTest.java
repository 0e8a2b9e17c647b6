package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.node.AcknowledgedMessages;
import io.sluice.gateway.node.AcknowledgedMessages.Tally;
import io.sluice.gateway.node.LineProcess;
import io.sluice.gateway.node.NodeProcess;
import io.sluice.port.BrokerPort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One node is killed over and over: at work, while it starts, while it stops. The number of rounds is the system property
 * {@code sluice.crash.rounds}; every round has at least one kill.
 */
@Tag("crash")
class KillLoopTest {
    private static final int START_MAX_MS = 2500;
    private static final int STOP_MAX_MS = 400;

    @TempDir
    Path directory;

    private final Random random = new Random(7);
    private final AcknowledgedMessages messages = new AcknowledgedMessages("Survivors", 300);

    /** When the node is killed. */
    private enum Moment {
        AT_WORK,
        STARTING,
        STOPPING
    }

    @Test
    void nothingAcknowledgedIsLostReorderedOrDoubledHoweverOftenANodeIsKilled() {
        Path data = directory.resolve("data");
        int rounds = Integer.getInteger("sluice.crash.rounds", 6);
        int kills = 0;
        Tally last = new Tally(0, 0, 0, 0);
        for (int round = 0; round <= rounds; round++) {
            String flush = "flushDiskType=" + (round % 2 == 0 ? "ASYNC_FLUSH" : "SYNC_FLUSH");
            Moment moment = Moment.values()[round / 2 % Moment.values().length];
            if (moment == Moment.STARTING) {
                try (LineProcess starting = NodeProcess.starting(data, flush)) {
                    starting.killAfter(Duration.ofMillis(random.nextInt(START_MAX_MS)));
                    kills++;
                }
            }
            try (NodeProcess node = NodeProcess.up(data, flush);
                    BrokerPort port = node.port()) {
                if (round == 0) {
                    messages.createTopic(port);
                }
                last = messages.tally(port);
                assertThat(last.isSound())
                        .as("round %d, %s %s: %s", round, moment, flush, last)
                        .isTrue();
                if (round == rounds) {
                    break;
                }
                int wanted = messages.count() + 200 + random.nextInt(2000);
                messages.send(port, () -> {
                    boolean enough = messages.count() >= wanted;
                    if (enough) {
                        end(node, moment);
                    }
                    return enough;
                });
                kills++;
            }
        }
        System.out.printf("kill -9 of the node: kills=%d acknowledged=%d %s%n", kills, messages.count(), last);
    }

    private void end(NodeProcess node, Moment moment) {
        if (moment == Moment.STOPPING) {
            node.process().terminate();
            node.process().killAfter(Duration.ofMillis(random.nextInt(STOP_MAX_MS)));
        } else {
            node.kill();
        }
    }
}
