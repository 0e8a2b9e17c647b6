package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.store.queue.QueueWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What a store with very many queues costs, in files touched rather than in time. How long it takes with 40,000 queues is
 * what {@link ManyQueuesAtSizeTest} tells.
 */
class ManyQueuesTest {
    private static final Path DIRECTORY = Path.of("/store");
    private static final Path QUEUES = DIRECTORY.resolve("consumequeue");
    private static final int TOPICS = 300;
    private static final int QUEUES_PER_TOPIC = 4;
    /** Files that may be open for queues at one time, one more for each that forces them at a stop, and a few for the rest. */
    private static final int OPEN_MAX = 256 + 16 + 8;

    private final LossyDisk disk = new LossyDisk(1);

    private static StoreConfig config() {
        return Stores.config(DIRECTORY)
                .withLogSegmentBytes(1 << 20)
                .withQueueSegmentBytes(400)
                .withQueueFlushMs(1)
                .withIndexEnabled(false);
    }

    private static void appendToAll(MessageStore store, String body) {
        forEachQueue((topic, queueId) -> Stores.append(store, topic, queueId, body));
    }

    private interface QueueAction {
        void on(String topic, int queueId);
    }

    private static void forEachQueue(QueueAction action) {
        for (int topic = 0; topic < TOPICS; topic++) {
            for (int queueId = 0; queueId < QUEUES_PER_TOPIC; queueId++) {
                action.on("Topic" + topic, queueId);
            }
        }
    }

    private static void assertEveryQueueHolds(MessageStore store, List<String> bodies) {
        forEachQueue((topic, queueId) ->
                assertThat(Stores.bodies(store, topic, queueId)).isEqualTo(bodies));
    }

    private static void writeEverything(MessageStore store) throws IOException {
        QueueWriter writer = store.duties().queueWriter();
        while (store.health().queuesWrittenTo() < store.health().logEnd()) {
            writer.work();
        }
    }

    @Test
    void noQueueIsMappedAndFewOfTheirFilesAreOpen() throws IOException {
        WatchedDisk watched = new WatchedDisk(disk);
        try (MessageStore store = Stores.open(config(), watched)) {
            appendToAll(store, "one");
            writeEverything(store);
            assertEveryQueueHolds(store, List.of("one"));

            assertThat(watched.mapped()).isNotEmpty().noneMatch(path -> path.startsWith(QUEUES));
        }
        assertThat(watched.openMax()).isLessThanOrEqualTo(OPEN_MAX);
    }

    @Test
    void writingGoesInSlicesAndAppendsGoOnInBetween() throws IOException {
        try (MessageStore store = Stores.open(config(), disk)) {
            QueueWriter writer = store.duties().queueWriter();
            appendToAll(store, "one");
            long end = store.health().logEnd();
            int slices = 0;
            while (store.health().queuesWrittenTo() < end) {
                writer.work();
                Stores.append(store, "Topic0", 0, "slice " + slices);
                slices++;
            }

            assertThat(slices).isGreaterThan(5);
            int rounds = slices;
            List<String> expected = IntStream.range(0, rounds)
                    .mapToObj(slice -> "slice " + slice)
                    .collect(Collectors.toList());
            expected.add(0, "one");
            assertThat(Stores.bodies(store, "Topic0", 0)).isEqualTo(expected);
            assertThat(Stores.bodies(store, "Topic299", 3)).containsExactly("one");
        }
    }

    /** A table describes the moment at which its round began, not the moments at which its slices were written. */
    @Test
    void whatIsAppendedBetweenTwoSlicesSurvivesAKillAfterTheTable() throws IOException {
        MessageStore store = Stores.open(config(), disk);
        appendToAll(store, "one");
        long end = store.health().logEnd();
        while (store.health().queuesWrittenTo() < end) {
            store.duties().queueWriter().work();
            Stores.append(store, "Topic299", 3, "late");
        }
        store.duties().queueWriter().recordTable();
        Stores.append(store, "Topic0", 0, "two");
        List<String> before = Stores.bodies(store, "Topic299", 3);
        disk.cutNow();

        try (MessageStore reopened = Stores.open(config(), disk.afterKill())) {
            assertThat(Stores.bodies(reopened, "Topic299", 3)).isEqualTo(before);
            assertThat(Stores.bodies(reopened, "Topic0", 0)).containsExactly("one", "two");
            assertThat(Stores.bodies(reopened, "Topic250", 1)).containsExactly("one");
        }
    }

    @Test
    void openingAfterAProperStopTouchesNoQueue() {
        try (MessageStore store = Stores.open(config(), disk)) {
            appendToAll(store, "one");
        }

        WatchedDisk watched = new WatchedDisk(disk);
        try (MessageStore store = Stores.open(config(), watched)) {
            assertThat(watched.touched(QUEUES)).isEmpty();
            assertEveryQueueHolds(store, List.of("one"));
        }
    }

    @Test
    void aStopTouchesOnlyTheQueuesThatGrew() {
        try (MessageStore store = Stores.open(config(), disk)) {
            appendToAll(store, "one");
        }

        WatchedDisk watched = new WatchedDisk(disk);
        try (MessageStore store = Stores.open(config(), watched)) {
            Stores.append(store, "Topic7", 2, "two");
        }
        assertThat(watched.touched(QUEUES)).isNotEmpty().allMatch(path -> path.startsWith(QUEUES.resolve("Topic7/2")));
    }

    /** After a kill some queues are looked at before the store opens; the others, for which nobody waits, later. */
    @Test
    void openingAfterAKillLooksAtSomeQueuesAndAtTheOthersInTheBackground() throws Exception {
        try (MessageStore store = Stores.open(config(), disk)) {
            appendToAll(store, "one");
        }
        MessageStore killed = Stores.open(config(), disk);
        Stores.append(killed, "Topic299", 3, "two");
        disk.cutNow();

        LossyDisk left = disk.afterKill();
        WatchedDisk watched = new WatchedDisk(left);
        Path damaged = QUEUES.resolve("Topic277/1/00000000000000000000");
        left.remove(damaged);
        try (MessageStore store = Stores.open(config(), watched)) {
            assertThat(touchedQueues(watched)).isLessThanOrEqualTo(1_001);
            assertThat(Stores.bodies(store, "Topic299", 3)).containsExactly("one", "two");
            while (store.duties().mender().work() > 0) {
                // until every queue was looked at
            }
            assertThat(touchedQueues(watched)).isEqualTo(TOPICS * QUEUES_PER_TOPIC);
            assertEveryQueueHoldsAtLeast(store, "one");
            assertThat(left.files()).contains(damaged);
        }
    }

    private static void assertEveryQueueHoldsAtLeast(MessageStore store, String body) {
        forEachQueue((topic, queueId) ->
                assertThat(Stores.bodies(store, topic, queueId)).startsWith(body));
    }

    private static long touchedQueues(WatchedDisk watched) {
        return watched.touched(QUEUES).stream()
                .map(QUEUES::relativize)
                .filter(path -> path.getNameCount() >= 2)
                .map(path -> path.subpath(0, 2))
                .distinct()
                .count();
    }
}
