package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.store.file.StoreIoException;
import io.sluice.store.log.AppendResult.Stored;
import io.sluice.store.log.FlushMode;
import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.message.MessageView;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

/**
 * A topic is deleted, and begun anew, perhaps while it is still being deleted; at any moment of it the process is killed or
 * the power goes. What was stored after the deletion is there afterwards, at its offset; what was stored before never comes
 * back beside it.
 */
class DeletedTopicTest {
    private static final Path ROOT = Path.of("/store");
    private static final int TOPICS = 2;
    private static final int QUEUES = 2;

    /** One topic, as its users know it. */
    private static final class Model {
        /** Bodies by queue, in order. */
        private List<List<String>> present = empty();
        /** What was there before a deletion whose end nobody has heard of; empty lists otherwise. */
        private List<List<String>> before = empty();
        /** Whether that deletion may as well not have happened. */
        private boolean deleting;
        /** On its way when everything ended: may be there or not; {@code null} when there is none. */
        private String open;

        private int openQueue;

        private static List<List<String>> empty() {
            List<List<String>> queues = new ArrayList<>();
            for (int i = 0; i < QUEUES; i++) {
                queues.add(new ArrayList<>());
            }
            return queues;
        }
    }

    private static final class Life {
        private final Random random;
        private final FlushMode mode;
        private final Map<String, Model> topics = new TreeMap<>();
        private LossyDisk disk;
        private MessageStore store;
        private long nanos;
        private int nextId;

        Life(long seed, FlushMode mode) {
            this.random = new Random(seed);
            this.mode = mode;
            this.disk = new LossyDisk(seed);
            for (int i = 0; i < TOPICS; i++) {
                topics.put("Topic" + i, new Model());
            }
        }

        void open() {
            StoreConfig config = StoreConfig.in(ROOT)
                    .withLogSegmentBytes(16 * 1024)
                    .withQueueSegmentBytes(100)
                    .withIndexEnabled(false)
                    .withFlushMode(mode)
                    .withDiskFreeMinBytes(0)
                    .withReservedHours(1_000_000);
            store = MessageStore.open(config, disk, InstantSource.system(), () -> nanos);
        }

        private void send(String topic) {
            Model model = topics.get(topic);
            int queue = random.nextInt(QUEUES);
            String body = nextId++ + "-" + topic;
            model.open = body;
            model.openQueue = queue;
            var result = store.append(Stores.record(topic, queue, body));
            store.duties().flusher().flush();
            Stored stored = Stores.stored(result);
            assertThat(stored.queueOffset()).isEqualTo(model.present.get(queue).size());
            model.open = null;
            model.present.get(queue).add(body);
        }

        /** Somebody may send to the topic between any two steps of its deletion. */
        private void delete(String topic) {
            Model model = topics.get(topic);
            model.before = model.present;
            model.deleting = true;
            int sends = random.nextInt(3);
            int[] left = {sends};
            disk.beforeEach(() -> {
                if (left[0] > 0 && !store.topics().contains(topic) && random.nextInt(4) == 0) {
                    if (left[0]-- == sends) {
                        model.present = Model.empty();
                    }
                    disk.beforeEach(null);
                    send(topic);
                }
            });
            store.deleteTopic(topic);
            disk.beforeEach(null);
            if (left[0] == sends) {
                model.present = Model.empty();
            }
            model.before = Model.empty();
            model.deleting = false;
        }

        void work(int steps) throws IOException {
            for (int i = 0; i < steps; i++) {
                nanos += random.nextInt(3) * 3_000_000_000L;
                String topic = "Topic" + random.nextInt(TOPICS);
                switch (random.nextInt(8)) {
                    case 0 -> delete(topic);
                    case 1 -> store.duties().queueWriter().work();
                    default -> send(topic);
                }
            }
        }

        void check() throws IOException {
            store.duties().mender().work();
            for (Map.Entry<String, Model> topic : topics.entrySet()) {
                Model model = topic.getValue();
                List<List<String>> found = Model.empty();
                for (int queue = 0; queue < QUEUES; queue++) {
                    found.get(queue).addAll(bodies(topic.getKey(), queue));
                }
                for (int queue = 0; queue < QUEUES; queue++) {
                    List<String> here = found.get(queue);
                    if (model.open != null && model.openQueue == queue && here.contains(model.open)) {
                        model.present.get(queue).add(model.open);
                    }
                    boolean nothingNew = model.present == model.before
                            || model.present.get(queue).isEmpty();
                    if (model.deleting && nothingNew && !here.isEmpty()) {
                        // the deletion was cut short: this queue may be as it was before
                        assertThat(here).as(topic.getKey()).isEqualTo(model.before.get(queue));
                    } else if (model.deleting && nothingNew) {
                        assertThat(here).isEmpty();
                    } else {
                        assertThat(here).as("%s/%d", topic.getKey(), queue).isEqualTo(model.present.get(queue));
                    }
                }
                model.present = found;
                model.before = Model.empty();
                model.deleting = false;
                model.open = null;
            }
        }

        private List<String> bodies(String topic, int queue) throws IOException {
            List<String> bodies = new ArrayList<>();
            long at = store.range(topic, queue).min();
            assertThat(at).isZero();
            int stuck = 0;
            while (at < store.range(topic, queue).max()) {
                try (QueueRead read = store.read(topic, queue, at, EntryFilter.ALL, 32, 1 << 20)) {
                    if (read.nextOffset() == at) {
                        assertThat(++stuck).isLessThan(3);
                        store.duties().mender().work();
                    }
                    read.slices()
                            .forEach(slice ->
                                    bodies.add(new String(MessageView.of(slice).body(), StandardCharsets.UTF_8)));
                    at = read.nextOffset();
                }
            }
            return bodies;
        }
    }

    private static void live(long seed, FlushMode mode, boolean powerCuts) throws IOException {
        Life life = new Life(seed, mode);
        for (int round = 0; round < 4; round++) {
            life.open();
            life.check();
            boolean powerCut = powerCuts && life.random.nextBoolean();
            life.disk.cutAfter(life.random.nextInt(250));
            try {
                life.work(60);
            } catch (LossyDisk.Cut cut) {
                // in the middle of something
            }
            life.disk.beforeEach(null);
            life.disk.cutNow();
            life.disk = powerCut ? life.disk.afterPowerCut() : life.disk.afterKill();
        }
        life.open();
        life.check();
        life.store.close();
        life.open();
        life.check();
    }

    @Property(tries = 100, shrinking = ShrinkingMode.OFF)
    void whatIsStoredAfterADeletionSurvivesAKill(@ForAll long seed) throws IOException {
        live(seed, FlushMode.ASYNC_FLUSH, false);
    }

    @Property(tries = 100, shrinking = ShrinkingMode.OFF)
    void whatIsStoredAfterADeletionSurvivesAPowerCut(@ForAll long seed) throws IOException {
        live(seed, FlushMode.SYNC_FLUSH, true);
    }

    // ---- a deletion that fails half-way

    private static final Path QUEUES_OF_TOPIC = ROOT.resolve("consumequeue/Topic");
    private static final Path UNDELETABLE = QUEUES_OF_TOPIC.resolve("1/" + "0".repeat(20));

    private long nanos;

    private MessageStore open(LossyDisk disk) {
        nanos += 100_000_000_000L;
        StoreConfig config = StoreConfig.in(ROOT)
                .withLogSegmentBytes(16 * 1024)
                .withQueueSegmentBytes(200)
                .withIndexEnabled(false)
                .withDiskFreeMinBytes(0);
        return MessageStore.open(config, disk, InstantSource.system(), () -> nanos);
    }

    /** A store with messages of a topic in three queues, whose deletion has failed. */
    private MessageStore withFailedDeletion(LossyDisk disk) throws IOException {
        MessageStore store = open(disk);
        for (int i = 0; i < 60; i++) {
            Stores.append(store, "Topic", i % 3, "old" + i);
        }
        store.duties().queueWriter().work();
        nanos += 100_000_000_000L;
        // a round of forcing is on its way, whose table tells of the topic
        Stores.append(store, "Other", 0, "other");
        store.duties().queueWriter().work();
        disk.keepFromDeletion(UNDELETABLE::equals);
        assertThatThrownBy(() -> store.deleteTopic("Topic")).isInstanceOf(StoreIoException.class);
        assertThat(store.topics()).containsExactly("Other");
        assertThat(store.undeletedTopics()).containsExactly("Topic");
        return store;
    }

    private void force(MessageStore store) throws IOException {
        nanos += 1_000_000_000_000L;
        for (int i = 0; i < 20; i++) {
            store.duties().queueWriter().work();
            nanos += 1_000_000_000L;
        }
    }

    private static List<Path> filesOfTheTopic(LossyDisk disk) {
        return disk.files().stream()
                .filter(file -> file.startsWith(QUEUES_OF_TOPIC))
                .toList();
    }

    @Test
    void aDeletionThatFailedHalfWayIsEndedByARepeat() throws IOException {
        LossyDisk disk = new LossyDisk(1);
        try (MessageStore store = withFailedDeletion(disk)) {
            assertThat(filesOfTheTopic(disk)).contains(UNDELETABLE);
            assertThatThrownBy(() -> store.deleteTopic("Topic")).isInstanceOf(StoreIoException.class);
            disk.keepFromDeletion(path -> false);
            store.deleteTopic("Topic");
            assertThat(filesOfTheTopic(disk)).isEmpty();
            assertThat(disk.stat(QUEUES_OF_TOPIC)).isEmpty();
            assertThat(store.undeletedTopics()).isEmpty();
            assertThat(disk.stat(ROOT.resolve("progress.dropped"))).isEmpty();
        }
    }

    @Test
    void aDeletionThatFailedHalfWayIsEndedByTheNextOpening() throws IOException {
        LossyDisk disk = new LossyDisk(2);
        MessageStore store = withFailedDeletion(disk);
        force(store);
        disk.cutNow();
        LossyDisk after = disk.afterKill();
        try (MessageStore reopened = open(after)) {
            assertThat(reopened.topics()).containsExactly("Other");
            assertThat(filesOfTheTopic(after)).isEmpty();
            assertThat(reopened.undeletedTopics()).isEmpty();
        }
    }

    @Test
    void aTopicBegunAnewBesideFilesOfAFailedDeletionHasItsOwnMessagesAlone() throws IOException {
        for (boolean killed : new boolean[] {false, true}) {
            LossyDisk disk = new LossyDisk(3);
            MessageStore store = withFailedDeletion(disk);
            for (int i = 0; i < 3; i++) {
                assertThat(Stores.append(store, "Topic", 1, "new" + i).queueOffset())
                        .isEqualTo(i);
            }
            disk.keepFromDeletion(path -> false);
            force(store);
            assertThat(Stores.bodies(store, "Topic", 1)).containsExactly("new0", "new1", "new2");
            if (killed) {
                disk.cutNow();
            } else {
                store.close();
            }
            LossyDisk after = disk.afterKill();
            try (MessageStore reopened = open(after)) {
                assertThat(Stores.bodies(reopened, "Topic", 1)).containsExactly("new0", "new1", "new2");
                assertThat(reopened.range("Topic", 0).max()).isZero();
                byte[] entries = after.content(UNDELETABLE);
                assertThat(Arrays.copyOfRange(entries, 60, entries.length)).containsOnly(0);
                assertThat(filesOfTheTopic(after)).containsExactly(UNDELETABLE);
            }
        }
    }

    // ---- damage to the first messages of a topic that was begun anew

    private static void flip(LossyDisk disk, long logOffset) {
        Path file = ROOT.resolve("commitlog/" + "%020d".formatted(logOffset / 16384 * 16384));
        byte[] content = disk.content(file).clone();
        content[(int) (logOffset % 16384)] ^= 1;
        disk.replace(file, content);
    }

    @Test
    void damageToTheFirstMessagesOfATopicBegunAnewCostsThoseAlone() throws IOException {
        for (int lost = 1; lost <= 3; lost++) {
            LossyDisk disk = new LossyDisk(4);
            MessageStore store = open(disk);
            for (int i = 0; i < 50; i++) {
                Stores.append(store, "Topic", 0, "old" + i);
            }
            store.duties().queueWriter().work();
            store.deleteTopic("Topic");
            List<Long> places = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                places.add(Stores.append(store, "Topic", 0, "new" + i).logOffset());
            }
            store.duties().flusher().flush();
            disk.cutNow();
            LossyDisk after = disk.afterKill();
            for (int i = 0; i < lost; i++) {
                flip(after, places.get(i) + 4);
            }
            // nothing tells that the topic was deleted
            after.remove(ROOT.resolve("progress.written"));
            after.remove(ROOT.resolve("progress.forced"));
            try (MessageStore reopened = open(after)) {
                List<String> expected = List.of("new0", "new1", "new2", "new3").subList(lost, 4);
                assertThat(Stores.bodies(reopened, "Topic", 0))
                        .as("%d lost", lost)
                        .isEqualTo(lost < 3 ? expected : oldOnes());
            }
        }
    }

    /** One whole message alone is no witness that a queue began anew: its number may be what is damaged. */
    private static List<String> oldOnes() {
        return IntStream.range(0, 50).mapToObj(i -> "old" + i).toList();
    }

    @Test
    void inATopicThatIsKnownToBeDeletedOneMessageIsWitnessEnough() throws IOException {
        LossyDisk disk = new LossyDisk(5);
        MessageStore store = open(disk);
        for (int i = 0; i < 50; i++) {
            Stores.append(store, "Topic", 0, "old" + i);
        }
        nanos += 100_000_000_000L;
        store.duties().queueWriter().work();
        disk.keepFromDeletion(path -> path.endsWith("0".repeat(20)));
        assertThatThrownBy(() -> store.deleteTopic("Topic")).isInstanceOf(StoreIoException.class);
        List<Long> places = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            places.add(Stores.append(store, "Topic", 0, "new" + i).logOffset());
        }
        store.duties().flusher().flush();
        disk.cutNow();
        LossyDisk after = disk.afterKill();
        for (int i = 0; i < 3; i++) {
            flip(after, places.get(i) + 4);
        }
        try (MessageStore reopened = open(after)) {
            assertThat(Stores.bodies(reopened, "Topic", 0)).containsExactly("new3");
        }
    }
}
