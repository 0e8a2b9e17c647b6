package io.sluice.broker.delay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.broker.table.TableText;
import io.sluice.broker.topic.SystemTopics;
import io.sluice.broker.topic.Topic;
import io.sluice.broker.topic.TopicRules;
import io.sluice.broker.topic.TopicTable;
import io.sluice.store.LossyDisk;
import io.sluice.store.MessageStore;
import io.sluice.store.QueueRead;
import io.sluice.store.StoreConfig;
import io.sluice.store.log.AppendResult;
import io.sluice.store.log.FlushMode;
import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.body.DelayOffsetTable;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Random delayed messages, steps of the clock, clean stops, kills and power cuts against a plain table: nothing comes early
 * unless the clock was set back, nothing that was acknowledged is lost, each level keeps its order while the power stays on,
 * and without a crash nothing comes twice.
 */
class DelayPowerCutTest {
    private static final String TOPIC = "letters";
    private static final DelayLevels LEVELS = DelayLevels.parse("1s 5s 10s");
    private static final int STEPS = 40;
    private static final Duration POLL = Duration.ofMillis(2);

    @Property(tries = 12, shrinking = ShrinkingMode.OFF)
    void holdsWhateverHappens(@ForAll long seed, @ForAll boolean clockGoesBack) {
        Life life = new Life(seed, clockGoesBack);
        life.live();
        life.finish();
    }

    private static final class Life {
        private final Random random;
        private final boolean clockGoesBack;
        private volatile long nowMs = 1_700_000_000_000L;
        private LossyDisk disk;
        private MessageStore store;
        private DelayService delays;
        /** The file of the table, which is replaced as a whole. */
        private String file;

        private final Map<String, Long> dueAt = new HashMap<>();
        private final Map<Integer, List<String>> acknowledged = new HashMap<>();
        private boolean crashed;
        private boolean powerWasCut;
        private int sent;

        Life(long seed, boolean clockGoesBack) {
            this.random = new Random(seed);
            this.clockGoesBack = clockGoesBack;
            this.disk = new LossyDisk(seed);
            open();
        }

        private Instant now() {
            return Instant.ofEpochMilli(nowMs);
        }

        private void open() {
            StoreConfig config = StoreConfig.in(Path.of("/store"))
                    .withFlushMode(FlushMode.SYNC_FLUSH)
                    .withLogSegmentBytes(64 * 1024)
                    .withQueueSegmentBytes(2_000)
                    .withIndexSlots(50)
                    .withIndexEntries(200)
                    .withDelayLevels("1s 5s 10s")
                    .withDiskFreeMinBytes(0);
            store = MessageStore.open(config, disk, this::now);
            TopicTable topics = TopicTable.open(
                    new TopicRules("cluster", "broker-a", true, 1, 1_000, LEVELS.max(), false),
                    this::now,
                    (delay, step) -> step.run(),
                    Optional.empty(),
                    written -> {});
            topics.put(Topic.of(TOPIC, 1, 6));
            delays = DelayService.open(
                    LEVELS,
                    store,
                    topics,
                    this::now,
                    (delay, step) -> step.run(),
                    Optional.ofNullable(file).map(text -> TableText.read(DelayOffsetTable.class, text)),
                    text -> file = text);
            store.start();
        }

        void live() {
            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(12)) {
                    case 0, 1, 2, 3 -> send(1 + random.nextInt(8));
                    case 4 -> stop();
                    case 5 -> crash();
                    case 6 -> stepOfTheClock();
                    case 7 -> delays.saveProgress();
                    default -> nowMs += random.nextInt(4_000);
                }
                work(random.nextInt(4));
                check();
            }
        }

        private void stepOfTheClock() {
            long hours = Duration.ofHours(1 + random.nextInt(3)).toMillis();
            nowMs += clockGoesBack && random.nextBoolean() ? -hours : hours;
        }

        private void work(int slices) {
            for (int i = 0; i < slices; i++) {
                delays.work();
            }
        }

        private void send(int count) {
            List<CompletionStage<AppendResult>> stored = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int level = 1 + random.nextInt(LEVELS.max());
                String name = "m" + sent++;
                dueAt.put(name, nowMs + LEVELS.delay(level).toMillis());
                stored.add(store.append(delayed(level, name)));
                acknowledged.computeIfAbsent(level, number -> new ArrayList<>()).add(name);
            }
            stored.forEach(Life::result);
        }

        private NewRecord delayed(int level, String text) {
            String properties =
                    "DELAY\u0001%d\u0002REAL_TOPIC\u0001%s\u0002REAL_QID\u00010\u0002".formatted(level, TOPIC);
            return new NewRecord(
                    SystemTopics.SCHEDULE,
                    level - 1,
                    0,
                    0,
                    nowMs,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                    0,
                    0,
                    ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)),
                    ByteBuffer.wrap(properties.getBytes(StandardCharsets.UTF_8)),
                    true);
        }

        private static void result(CompletionStage<AppendResult> stage) {
            AppendResult result =
                    stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
            assertThat(result).isInstanceOf(AppendResult.Stored.class);
        }

        private void stop() {
            delays.close();
            store.close();
            open();
        }

        private void crash() {
            boolean power = random.nextBoolean();
            crashed = true;
            powerWasCut |= power;
            LossyDisk after;
            synchronized (disk) {
                after = power ? disk.afterPowerCut() : disk.afterKill();
            }
            String left = file;
            delays.close();
            store.close();
            file = left;
            disk = after;
            open();
        }

        private List<String> delivered() {
            List<String> texts = new ArrayList<>();
            long end = store.range(TOPIC, 0).max();
            for (long at = 0; at < end; ) {
                try (QueueRead read = store.read(TOPIC, 0, at, EntryFilter.ALL, 100, 1 << 20)) {
                    for (ByteBuffer slice : read.slices()) {
                        MessageView message = MessageView.of(slice);
                        String text = new String(message.body(), StandardCharsets.UTF_8);
                        texts.add(text);
                        assertThat(clockGoesBack || message.storedAtMs() >= dueAt.get(text))
                                .as("%s did not come early", text)
                                .isTrue();
                    }
                    at = Math.max(read.nextOffset(), at + 1);
                }
            }
            return texts;
        }

        private void check() {
            List<String> delivered = delivered();
            if (!crashed) {
                assertThat(delivered).doesNotHaveDuplicates();
            }
            if (powerWasCut) {
                // Of what was delivered and not forced any part may be gone until it is delivered again.
                return;
            }
            acknowledged.values().forEach(level -> {
                List<String> came = new ArrayList<>(new LinkedHashSet<>(delivered));
                came.retainAll(level);
                assertThat(came).isEqualTo(level.subList(0, came.size()));
            });
        }

        void finish() {
            await().pollDelay(Duration.ZERO)
                    .pollInterval(POLL)
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> {
                        nowMs += 1_000;
                        work(1);
                        return acknowledged.values().stream().allMatch(delivered()::containsAll);
                    });
            check();
            delays.close();
            store.close();
        }
    }
}
