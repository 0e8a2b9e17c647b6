package io.sluice.broker.timer;

import static io.sluice.broker.timer.TimerGround.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.model.TopicName;
import io.sluice.store.log.AppendResult;
import io.sluice.store.log.FlushMode;
import io.sluice.wire.message.RecallHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Random timers, recalls, clock steps, kills and power cuts against a plain table: nothing comes early, nothing that was
 * acknowledged is lost, nothing that was called back comes, and a killed process delivers nothing twice.
 */
class TimerPowerCutTest {
    private static final int STEPS = 40;

    @Property(tries = 20, shrinking = ShrinkingMode.OFF)
    void holdsWhateverHappens(@ForAll long seed) {
        Life life = new Life(seed);
        life.live();
        life.finish();
    }

    private static final class Life {
        private final Random random;
        private final TimerGround ground;
        private final Map<String, Long> dueAt = new HashMap<>();
        private final Set<String> acknowledged = new HashSet<>();
        /** A recall was begun, and perhaps it is in force. */
        private final Set<String> doubtful = new HashSet<>();

        private final Set<String> recalled = new HashSet<>();
        private long latestNow;
        private boolean powerWasCut;
        private int sent;

        Life(long seed) {
            random = new Random(seed);
            ground = new TimerGround(seed, 8, FlushMode.SYNC_FLUSH);
        }

        private static <T> T result(CompletionStage<T> stage) {
            return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
        }

        void live() {
            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(13)) {
                    case 0, 1, 2, 3 -> send(1 + random.nextInt(12));
                    case 4 -> recall();
                    case 5 -> ground.pass(Duration.ofMinutes(-random.nextInt(3)));
                    case 6 -> save();
                    case 7 -> crash();
                    case 8 -> ground.pass(Duration.ofHours(random.nextInt(5) - 2));
                    default -> ground.pass(Duration.ofSeconds(random.nextInt(300)));
                }
                latestNow = Math.max(latestNow, ground.now());
                work();
                check();
            }
        }

        private void send(int count) {
            List<CompletionStage<AppendResult>> stored = new ArrayList<>();
            List<String> names = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String name = "m" + sent++;
                long due = ground.now() + 1 + random.nextInt(random.nextBoolean() ? 60_000 : 3_600_000);
                dueAt.put(name, due);
                names.add(name);
                stored.add(ground.park(TOPIC, name, due));
            }
            if (random.nextInt(4) > 0) {
                stored.forEach(Life::result);
                acknowledged.addAll(names);
            }
        }

        private void recall() {
            List<String> known = new ArrayList<>(acknowledged);
            if (known.isEmpty()) {
                return;
            }
            String name = known.get(random.nextInt(known.size()));
            TopicName topic = new TopicName(TOPIC);
            CompletableFuture<Boolean> answer = ground.desk()
                    .recall(topic, new RecallHandle(topic, "broker-a", dueAt.get(name), "key-" + name).text())
                    .toCompletableFuture();
            doubtful.add(name);
            if (random.nextInt(4) == 0) {
                return;
            }
            while (!answer.isDone()) {
                work();
            }
            if (answer.join()) {
                boolean came = delivered().contains(name);
                assertThat(came && !powerWasCut)
                        .as("%s was called back after it came", name)
                        .isFalse();
                if (!came) {
                    recalled.add(name);
                }
            }
        }

        private void work() {
            for (int i = random.nextInt(30); i >= 0; i--) {
                ground.timers.work();
            }
        }

        private void save() {
            ground.pass(Duration.ofSeconds(601));
            work();
            try {
                ground.timers.keeper().work();
            } catch (Exception failed) {
                throw new AssertionError(failed);
            }
        }

        private void crash() {
            if (random.nextBoolean()) {
                ground.kill();
            } else {
                ground.cutPower();
                powerWasCut = true;
            }
        }

        private List<String> delivered() {
            return ground.texts(TOPIC);
        }

        private void check() {
            ground.each(TOPIC, (text, message) -> assertThat(message.storedAtMs())
                    .as("%s came early", text)
                    .isGreaterThanOrEqualTo(dueAt.get(text)));
            List<String> delivered = delivered();
            assertThat(delivered).noneMatch(recalled::contains);
            if (!powerWasCut) {
                assertThat(delivered).doesNotHaveDuplicates();
            }
        }

        void finish() {
            Set<String> expected = new HashSet<>(acknowledged);
            expected.removeAll(doubtful);
            // Beyond every time that was seen or asked for, wherever the clock went.
            long latest = Math.max(
                    latestNow,
                    dueAt.values().stream().mapToLong(Long::longValue).max().orElse(0));
            ground.pass(Duration.ofMillis(latest - ground.now()).plusHours(4));
            await().atMost(Duration.ofSeconds(20)).until(() -> {
                ground.run();
                return ground.timers.status().waiting().isEmpty() && delivered().containsAll(expected);
            });
            check();
            ground.end();
        }
    }
}
