package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.gateway.node.AcknowledgedMessages;
import io.sluice.gateway.node.AcknowledgedMessages.Tally;
import io.sluice.gateway.node.ApacheClient;
import io.sluice.gateway.node.ApacheClient.Version;
import io.sluice.gateway.node.FailingCalls;
import io.sluice.gateway.node.Health;
import io.sluice.gateway.node.NodeProcess;
import io.sluice.port.BrokerPort;
import io.sluice.port.Refusal;
import io.sluice.port.SendOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** System calls of a running node fail, as they do on a disk that breaks. */
@Tag("crash")
class FailingDiskTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private final AcknowledgedMessages messages = new AcknowledgedMessages("Breaking", 1000);

    private NodeProcess node(String... settings) {
        return NodeProcess.up(directory.resolve("data"), settings);
    }

    private static FailingCalls failing(NodeProcess node, String error, String... calls) {
        return failing(node, List.of(), error, calls);
    }

    private static FailingCalls failing(NodeProcess node, List<Path> files, String error, String... calls) {
        try {
            return FailingCalls.in(node.process().pid(), files, error, calls);
        } catch (FailingCalls.NotPossible refused) {
            return Assumptions.abort(refused.getMessage());
        }
    }

    private void assertSound(BrokerPort port) {
        Tally tally = messages.tally(port);
        assertThat(tally.isSound()).as(tally.toString()).isTrue();
    }

    private void store(BrokerPort port, int more) {
        int wanted = messages.count() + more;
        messages.send(
                port, () -> messages.count() >= wanted || messages.refusal().isPresent());
        assertThat(messages.refusal()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ASYNC_FLUSH", "SYNC_FLUSH"})
    void afterAFlushThatFailedNothingIsAcknowledgedUntilARestartFindsOutWhatIsThere(String flush) {
        String setting = "flushDiskType=" + flush;
        try (NodeProcess node = node(setting);
                BrokerPort port = node.port()) {
            messages.createTopic(port);
            store(port, 500);
            int before = messages.count();
            int acknowledgedAfterwards;
            try (FailingCalls failing = failing(node, "EIO", "msync")) {
                await().atMost(PATIENCE).until(() -> messages.sendOne(port) instanceof SendOutcome.Refused);
                failing.awaitOne();
                acknowledgedAfterwards = messages.count();
            }

            if (flush.equals("SYNC_FLUSH")) {
                assertThat(acknowledgedAfterwards).isEqualTo(before);
            }
            for (int i = 0; i < 20; i++) {
                SendOutcome outcome = messages.sendOne(port);
                assertThat(outcome).isInstanceOf(SendOutcome.Refused.class);
                SendOutcome.Refused refused = (SendOutcome.Refused) outcome;
                assertThat(refused.reason()).isEqualTo(Refusal.UNAVAILABLE);
                assertThat(refused.remedy())
                        .contains("the disk did not take the log")
                        .contains("restart");
            }
            assertThat(messages.count()).isEqualTo(acknowledgedAfterwards);
            assertThat(Health.live(node).status()).isEqualTo(503);
            assertThat(Health.live(node).text()).contains("the disk did not take the log");
            assertThat(Health.ready(node).status()).isEqualTo(503);
            assertThat(node.process().errors())
                    .anyMatch(line -> line.contains(" ERROR ") && line.contains("no message is stored any more"));
            assertSound(port);
            node.stop();
            assertThat(directory.resolve("data/store/abort")).exists();
        }
        try (NodeProcess node = node(setting);
                BrokerPort port = node.port()) {
            assertSound(port);
            store(port, 100);
            assertSound(port);
        }
    }

    @Test
    void noRoomForTheNextPartOfTheLogRefusesSendsUntilThereIsSome() {
        try (NodeProcess node = node("mappedFileSizeCommitLog=1048576");
                BrokerPort port = node.port()) {
            messages.createTopic(port);
            store(port, 100);
            try (FailingCalls failing = failing(node, "ENOSPC", "pwrite64")) {
                messages.send(port, () -> messages.refusal().isPresent());
                SendOutcome.Refused refused = messages.refusal().orElseThrow();
                assertThat(refused.reason()).as(refused.toString()).isIn(Refusal.DISK_FULL, Refusal.UNAVAILABLE);
                assertThat(refused.remedy()).contains("No space left on device").contains("resume");
                assertThat(failing.count()).isPositive();
                assertThat(Health.live(node).status()).isEqualTo(200);
                assertSound(port);
            }
            await().atMost(PATIENCE).until(() -> messages.sendOne(port) instanceof SendOutcome.Stored);
            store(port, 3000);
            assertSound(port);
            assertThat(Health.ready(node).status()).isEqualTo(200);
            node.kill();
        }
        try (NodeProcess node = node("mappedFileSizeCommitLog=1048576");
                BrokerPort port = node.port()) {
            assertSound(port);
        }
    }

    /** Queues, index and tables can be made again or written again: the log is what an acknowledgement stands on. */
    @Test
    void filesThatCannotBeForcedCostNoAcknowledgedMessage() {
        try (NodeProcess node = node();
                BrokerPort port = node.port()) {
            messages.createTopic(port);
            store(port, 100);
            try (FailingCalls failing = failing(node, "EIO", "fsync", "fdatasync")) {
                store(port, 3000);
                assertSound(port);
                node.process().terminate();
                node.process().awaitExit(PATIENCE);
                assertThat(failing.count()).isPositive();
            }
            assertThat(directory.resolve("data/store/abort"))
                    .as("what says that the stop was not proper")
                    .exists();
        }
        try (NodeProcess node = node();
                BrokerPort port = node.port()) {
            assertSound(port);
            store(port, 100);
        }
    }

    private List<Path> queueFiles() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("data/store/consumequeue/Breaking"))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void aQueueFileThatCannotBeReadFailsTheReadAndNothingElse() throws IOException {
        try (NodeProcess node = node();
                BrokerPort port = node.port()) {
            messages.createTopic(port);
            store(port, 2000);
            node.stop();
        }
        try (NodeProcess node = node();
                BrokerPort port = node.port()) {
            try (FailingCalls failing = failing(node, queueFiles(), "EIO", "pread64")) {
                assertThatThrownBy(() -> messages.tally(port)).isInstanceOf(CompletionException.class);
                failing.awaitOne();
                store(port, 100);
                assertThat(Health.live(node).status()).isEqualTo(200);
            }
            assertSound(port);
        }
    }

    /** Nobody knows yet whether such messages are on the disk; they are in the log and count as sent. */
    @Test
    void aDiskThatIsTooSlowIsToldToUnmodifiedProducersAndTooManyOfThemAreToldToComeAgain() throws Exception {
        try (NodeProcess node = node("flushDiskType=SYNC_FLUSH");
                ApacheClient old = new ApacheClient(Version.V4_9_8, node.nameServer(), directory);
                ApacheClient recent = new ApacheClient(Version.V5, node.nameServer(), directory)) {
            List<ApacheClient> both = List.of(old, recent);
            for (ApacheClient client : both) {
                client.tell("producer", "patient", "timeout=40000", "retries=0");
                assertThat(client.send("Slowly", "", "", "while it is quick")).contains("SEND_OK");
            }
            FailingCalls slow = slow(node);
            try {
                for (ApacheClient client : both) {
                    assertThat(client.send("Slowly", "", "", "m")).contains("FLUSH_DISK_TIMEOUT");
                }
                recent.tell("sendbatch", "Slowly", "30000", "first");
                recent.tell("sendbatch", "Slowly", "30000", "second");
                for (ApacheClient client : both) {
                    assertThat(client.ask("sendbatch", "Slowly", "30000", "too-many"))
                            .containsPattern("(CODE: |responseCode=)2\\b");
                }
            } finally {
                slow.close();
            }
            for (ApacheClient client : both) {
                await().atMost(PATIENCE)
                        .until(() -> client.send("Slowly", "", "", "m").contains("SEND_OK"));
            }
        }
    }

    private static FailingCalls slow(NodeProcess node) {
        try {
            return FailingCalls.slow(node.process().pid(), PATIENCE, "msync");
        } catch (FailingCalls.NotPossible refused) {
            return Assumptions.abort(refused.getMessage());
        }
    }
}
