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
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real process that appends to a real disk is killed without warning, again and again, and its store is opened: killed
 * while it writes, while it opens the store, and while it makes queues and index again that were taken away. The number of
 * rounds is the system property {@code sluice.crash.rounds}, which {@code -P crash} sets to many.
 */
class KillTest {
    private static final Logger log = LoggerFactory.getLogger(KillTest.class);
    /** An opening takes less than this, so kills fall before, into and behind it. */
    private static final int OPENING_MAX_MS = 400;

    private static final List<String> DERIVED = List.of("consumequeue", "index", "progress.written", "progress.forced");

    @TempDir
    Path directory;

    private final Random random = new Random(42);
    /** Acknowledged: id to its place in the queue. */
    private final Map<Long, Long> acknowledged = new HashMap<>();

    private long nextId;

    /** When the writer is killed. */
    private enum Moment {
        WRITING,
        OPENING,
        /** Opening, after some of the files that can be made again were deleted. */
        REBUILDING
    }

    @Test
    void nothingAcknowledgedIsLostReorderedOrDoubledByAKill() throws Exception {
        int rounds = Integer.getInteger("sluice.crash.rounds", 6);
        Tally last = new Tally(0, 0, 0, 0);
        for (int round = 0; round < rounds; round++) {
            FlushMode mode = round % 2 == 0 ? FlushMode.ASYNC_FLUSH : FlushMode.SYNC_FLUSH;
            Moment moment = Moment.values()[round / 2 % Moment.values().length];
            int before = acknowledged.size();
            writeAndKill(mode, moment);
            last = check(mode);
            log.info("round {} {} {}: {} acknowledged, {}", round, mode, moment, acknowledged.size() - before, last);
            assertThat(last.lost() + last.reordered() + last.duplicated())
                    .as("round %d, killed %s with %s: %s", round, moment, mode, last)
                    .isZero();
        }
        System.out.printf("kill -9 of the store: rounds=%d acknowledged=%d %s%n", rounds, acknowledged.size(), last);
    }

    private void writeAndKill(FlushMode mode, Moment moment) throws IOException, InterruptedException {
        if (moment == Moment.REBUILDING) {
            deleteSomeDerived();
        }
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
            if (moment == Moment.WRITING) {
                killAfter(writer, lines, 200 + random.nextInt(3000));
            } else {
                killWhileOpening(writer, lines);
            }
        } finally {
            writer.destroyForcibly();
            writer.waitFor();
        }
    }

    private void killAfter(Process writer, BufferedReader lines, int acknowledgements) throws IOException {
        int read = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            read += take(line) ? 1 : 0;
            if (read == acknowledgements) {
                writer.toHandle().destroyForcibly();
            }
        }
        assertThat(read).as("acknowledgements; see writer.err").isGreaterThanOrEqualTo(acknowledgements);
    }

    private void killWhileOpening(Process writer, BufferedReader lines) throws IOException, InterruptedException {
        String line = lines.readLine();
        while (line != null && !line.equals(KilledWriter.OPENING)) {
            line = lines.readLine();
        }
        assertThat(line).as("what the writer says first; see writer.err").isNotNull();
        assertThat(writer.waitFor(random.nextInt(OPENING_MAX_MS), TimeUnit.MILLISECONDS))
                .as("the writer ended by itself; see writer.err")
                .isFalse();
        writer.toHandle().destroyForcibly();
        for (line = lines.readLine(); line != null; line = lines.readLine()) {
            take(line);
        }
    }

    /** Remembers an acknowledgement; a line that the kill cut off is none. */
    private boolean take(String line) {
        if (!line.matches("[0-9]+ [0-9]+;")) {
            return false;
        }
        String[] parts = line.substring(0, line.length() - 1).split(" ");
        acknowledged.put(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
        return true;
    }

    private void deleteSomeDerived() throws IOException {
        int chosen = 1 + random.nextInt((1 << DERIVED.size()) - 1);
        for (int i = 0; i < DERIVED.size(); i++) {
            Path path = directory.resolve(DERIVED.get(i));
            if ((chosen & 1 << i) != 0 && Files.exists(path)) {
                try (Stream<Path> all = Files.walk(path)) {
                    all.sorted(Comparator.reverseOrder()).forEach(KillTest::delete);
                }
            }
        }
    }

    private static void delete(Path path) {
        try {
            Files.delete(path);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /**
     * What is there, held against what was acknowledged.
     *
     * @param lost       acknowledged and not there
     * @param reordered  behind a later one of its queue, or not at the offset that was acknowledged
     * @param duplicated there twice
     * @param surplus    there and never acknowledged: on its way when the writer was killed
     */
    private record Tally(int lost, int reordered, int duplicated, int surplus) {
        @Override
        public String toString() {
            return "lost=%d reordered=%d duplicated=%d unacknowledged=%d"
                    .formatted(lost, reordered, duplicated, surplus);
        }
    }

    private Tally check(FlushMode mode) {
        try (MessageStore store = Stores.open(KilledWriter.config(directory, mode))) {
            store.start();
            Set<Long> found = new HashSet<>();
            int reordered = 0;
            int duplicated = 0;
            for (QueueKey queue : store.queues()) {
                long before = -1;
                long at = 0;
                while (at < store.range(queue.topic(), queue.queueId()).max()) {
                    try (QueueRead read =
                            store.read(queue.topic(), queue.queueId(), at, EntryFilter.ALL, 500, 1 << 20)) {
                        assertThat(read.status()).isIn(QueueRead.Status.FOUND, QueueRead.Status.REBUILDING);
                        for (ByteBuffer slice : read.slices()) {
                            MessageView view = MessageView.of(slice);
                            long id = idOf(view);
                            assertThat(queue).isEqualTo(new QueueKey("Topic" + id % 3, (int) (id % 2)));
                            assertThat(view.body()).hasSize((id + ":").length() + (int) (id * 31 % 700));
                            boolean moved = acknowledged.getOrDefault(id, view.queueOffset()) != view.queueOffset();
                            reordered += id < before || moved ? 1 : 0;
                            duplicated += found.add(id) ? 0 : 1;
                            before = id;
                        }
                        at = read.nextOffset();
                    }
                }
            }
            nextId = found.stream().mapToLong(id -> id + 1).max().orElse(nextId);
            int step = 1 + acknowledged.size() / 200;
            acknowledged.keySet().stream().filter(id -> id % step == 0).forEach(id -> assertFoundByKey(store, id));
            int lost = (int) acknowledged.keySet().stream()
                    .filter(id -> !found.contains(id))
                    .count();
            return new Tally(lost, reordered, duplicated, found.size() + lost - acknowledged.size());
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
