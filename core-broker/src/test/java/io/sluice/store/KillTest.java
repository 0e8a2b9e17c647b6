package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.port.Records;
import io.sluice.store.log.FlushMode;
import io.sluice.store.queue.EntryFilter;
import io.sluice.store.queue.QueueKey;
import io.sluice.wire.message.MessageView;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real process that appends to a real disk is killed without warning, again and again, and its store is opened. The number
 * of rounds is the system property {@code sluice.crash.rounds}; {@code -P crash} runs many.
 */
class KillTest {
    private static final Logger log = LoggerFactory.getLogger(KillTest.class);

    @TempDir
    Path directory;

    private final Random random = new Random(42);
    /** Acknowledged: id to its place in the queue. */
    private final Map<Long, Long> acknowledged = new HashMap<>();

    private long nextId;

    @Test
    void nothingAcknowledgedIsLostReorderedOrDoubledByAKill() throws Exception {
        int rounds = Integer.getInteger("sluice.crash.rounds", 6);
        for (int round = 0; round < rounds; round++) {
            FlushMode mode = round % 2 == 0 ? FlushMode.ASYNC_FLUSH : FlushMode.SYNC_FLUSH;
            int before = acknowledged.size();
            writeAndKill(mode, 200 + random.nextInt(3000));
            check(mode);
            log.info("round {} {}: acknowledged {} messages", round, mode, acknowledged.size() - before);
        }
    }

    /** Kills the writer after that many acknowledgements. */
    private void writeAndKill(FlushMode mode, int acknowledgements) throws IOException, InterruptedException {
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledWriter.class.getName(),
                        directory.toString(),
                        mode.name(),
                        Long.toString(nextId))
                .redirectError(new File(directory.toFile(), "writer.err"))
                .start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(writer.getInputStream(), StandardCharsets.US_ASCII))) {
            int read = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.matches("[0-9]+ [0-9]+")) {
                    continue;
                }
                String[] parts = line.split(" ");
                acknowledged.put(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
                nextId = Math.max(nextId, Long.parseLong(parts[0]) + 1000);
                if (++read == acknowledgements) {
                    writer.toHandle().destroyForcibly();
                }
            }
            assertThat(read).as("acknowledgements; see writer.err").isGreaterThanOrEqualTo(acknowledgements);
        } finally {
            writer.destroyForcibly();
            writer.waitFor();
        }
    }

    private void check(FlushMode mode) {
        try (MessageStore store = Stores.open(KilledWriter.config(directory, mode))) {
            Map<Long, Long> found = new HashMap<>();
            for (QueueKey queue : store.queues()) {
                long before = -1;
                long at = 0;
                while (at < store.range(queue.topic(), queue.queueId()).max()) {
                    try (QueueRead read =
                            store.read(queue.topic(), queue.queueId(), at, EntryFilter.ALL, 500, 1 << 20)) {
                        assertThat(read.status()).isEqualTo(QueueRead.Status.FOUND);
                        for (ByteBuffer slice : read.slices()) {
                            MessageView view = MessageView.of(slice);
                            long id = idOf(view);
                            assertThat(queue).isEqualTo(new QueueKey("Topic" + id % 3, (int) (id % 2)));
                            assertThat(view.body()).hasSize((id + ":").length() + (int) (id * 31 % 700));
                            assertThat(id).as("order in %s", queue).isGreaterThan(before);
                            assertThat(found.put(id, view.queueOffset())).isNull();
                            before = id;
                        }
                        at = read.nextOffset();
                    }
                }
            }
            assertThat(found).containsAllEntriesOf(acknowledged);
            acknowledged.keySet().stream().limit(200).forEach(id -> assertFoundByKey(store, id));
        }
    }

    private static long idOf(MessageView view) {
        String body = new String(view.body(), StandardCharsets.UTF_8);
        return Long.parseLong(body.substring(0, body.indexOf(':')));
    }

    private static void assertFoundByKey(MessageStore store, long id) {
        try (Records records = store.byKey("Topic" + id % 3, "k" + id, 0, Long.MAX_VALUE, 8)) {
            assertThat(records.slices().stream()
                            .map(slice -> idOf(MessageView.of(slice)))
                            .toList())
                    .isEqualTo(List.of(id));
        }
    }
}
