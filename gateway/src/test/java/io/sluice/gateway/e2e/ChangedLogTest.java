package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.gateway.node.AcknowledgedMessages;
import io.sluice.gateway.node.Health;
import io.sluice.gateway.node.LineProcess;
import io.sluice.gateway.node.NodeProcess;
import io.sluice.port.BrokerPort;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.SendOutcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Somebody cuts off, replaces or deletes files of the log while a node has them open, is written to and read from. */
class ChangedLogTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MESSAGES = 3_000;
    private static final int SEGMENT_BYTES = 1 << 20;

    @TempDir
    Path directory;

    private final AcknowledgedMessages messages = new AcknowledgedMessages("Cut", 1000);

    /** What is done to the oldest or the newest file that has messages. */
    private enum Change {
        NEWEST_CUT_IN_THE_MIDDLE(true, file -> truncate(file, SEGMENT_BYTES / 4)),
        NEWEST_EMPTIED(true, file -> truncate(file, 0)),
        NEWEST_DELETED(true, Files::delete),
        OLDEST_CUT_IN_THE_MIDDLE(false, file -> truncate(file, SEGMENT_BYTES / 4 + 77)),
        OLDEST_EMPTIED(false, file -> truncate(file, 0)),
        OLDEST_DELETED(false, Files::delete),
        OLDEST_REPLACED(false, ChangedLogTest::replace);

        private final boolean newest;
        private final Step step;

        Change(boolean newest, Step step) {
            this.newest = newest;
            this.step = step;
        }
    }

    private interface Step {
        void on(Path file) throws IOException;
    }

    private static void truncate(Path file, long length) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(length);
        }
    }

    private static void replace(Path file) throws IOException {
        Path copy = file.resolveSibling("copy");
        Files.write(copy, new byte[SEGMENT_BYTES]);
        Files.move(copy, file, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void aFileCutOffUnderARunningNodeMakesItReadOnlyAndNeverEndsIt() throws Exception {
        run(Change.NEWEST_CUT_IN_THE_MIDDLE);
    }

    @Tag("crash")
    @ParameterizedTest
    @EnumSource(Change.class)
    void aChangedFileMakesTheNodeReadOnlyAndNeverEndsIt(Change change) throws Exception {
        run(change);
    }

    private NodeProcess node() {
        return NodeProcess.up(directory.resolve("data"), "mappedFileSizeCommitLog=" + SEGMENT_BYTES);
    }

    private void store(BrokerPort port, int more) {
        int wanted = messages.count() + more;
        messages.send(port, () -> messages.count() >= wanted);
    }

    private Path fileFor(Change change) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("data/store/commitlog"))) {
            List<Path> withMessages =
                    files.sorted().filter(ChangedLogTest::hasMessages).toList();
            return withMessages.get(change.newest ? withMessages.size() - 1 : 0);
        }
    }

    private static boolean hasMessages(Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer head = ByteBuffer.allocate(4);
            channel.read(head, 0);
            return head.getInt(0) != 0;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private void run(Change change) throws Exception {
        int kept = MESSAGES - SEGMENT_BYTES / 1000;
        try (NodeProcess node = node();
                BrokerPort port = node.port();
                BrokerPort other = node.port()) {
            messages.createTopic(port);
            store(port, MESSAGES);
            Path changed = fileFor(change);
            AtomicBoolean over = new AtomicBoolean();
            AtomicReference<Throwable> unexpected = new AtomicReference<>();
            Thread reader = new Thread(() -> readOn(other, over, unexpected), "reader");
            reader.start();
            change.step.on(changed);

            await().atMost(PATIENCE).until(() -> messages.sendOne(port) instanceof SendOutcome.Refused);
            await().atMost(PATIENCE).until(() -> Health.live(node).status() == 503);
            over.set(true);
            reader.join();
            assertThat(unexpected.get()).isNull();
            assertThat(Health.live(node).text())
                    .contains(changed.getFileName().toString())
                    .contains("somebody changed it")
                    .doesNotContain("\tat ");
            SendOutcome.Refused refused = (SendOutcome.Refused) messages.sendOne(port);
            assertThat(refused.reason()).isEqualTo(Refusal.UNAVAILABLE);
            assertThat(refused.remedy())
                    .contains(changed.getFileName().toString())
                    .contains("restart");
            assertThat(node.process().errors())
                    .anyMatch(line -> line.contains(" ERROR ") && line.contains("no message is stored any more"));
            assertThat(node.process().isAlive()).isTrue();
            node.kill();
        }
        try (NodeProcess node = node();
                BrokerPort port = node.port()) {
            assertThat(messages.countReadable(port)).isGreaterThan(kept - 200);
            store(port, 100);
            node.stop();
            assertThat(directory.resolve("data/store/abort")).doesNotExist();
        }
        try (LineProcess verify = NodeProcess.command(
                List.of("store", "verify", directory.resolve("data").toString()))) {
            assertThat(verify.awaitExit(PATIENCE)).isIn(0, 1, 3);
        }
    }

    /** Reads whatever there is again and again; what cannot be read is refused in a sentence. */
    private void readOn(BrokerPort port, AtomicBoolean over, AtomicReference<Throwable> unexpected) {
        while (!over.get()) {
            try {
                messages.countReadable(port);
            } catch (AssertionError wrong) {
                unexpected.set(wrong);
            } catch (CompletionException refused) {
                boolean told = refused.getCause() instanceof RefusedException
                        && !String.valueOf(refused.getCause().getMessage()).contains("\tat ");
                if (!told) {
                    unexpected.set(refused);
                }
            }
        }
    }
}
