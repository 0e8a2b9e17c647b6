package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.store.log.AppendResult.Stored;
import io.sluice.store.log.FlushMode;
import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.message.MessageView;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

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
}
