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
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random timers, recalls, clock steps, kills and power cuts against a plain table: nothing comes early, nothing that was
 * acknowledged is lost, nothing that was called back comes, and a killed process delivers nothing twice.
 */
class TimerPowerCutTest {
    private static final int STEPS = 40;
    private static final Duration POLL = Duration.ofMillis(2);

    @Property(tries = 20, shrinking = ShrinkingMode.OFF)
    void holdsWhateverHappens(@ForAll long seed) {
        Life life = new Life(seed, FlushMode.SYNC_FLUSH);
        life.live();
        life.finish();
    }

    /** What the disk has by the time of a power cut holds as well when nobody waits for it. */
    @Property(tries = 20, shrinking = ShrinkingMode.OFF)
    void whatTheDiskHasHoldsWhenNobodyWaitsForIt(@ForAll long seed) {
        Life life = new Life(seed, FlushMode.ASYNC_FLUSH);
        life.live();
        life.finish();
    }

    /** The same life again and again; each time everything stops one step of the timer later. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void holdsWhereverItStops(boolean power) {
        int steps = new Told(Integer.MAX_VALUE, power).live();
        assertThat(steps).isGreaterThan(40);
        for (int step = 1; step <= steps; step++) {
            new Told(step, power).live();
        }
    }

    /** A life in which everything that a timer does happens once, with a crash behind one of its steps. */
    private static final class Told {
        private final Life life = new Life(7, FlushMode.SYNC_FLUSH);
        private final int crashAt;
        private final boolean power;
        private int steps;

        Told(int crashAt, boolean power) {
            this.crashAt = crashAt;
            this.power = power;
        }

        int live() {
            life.send(12);
            steps(6);
            life.ground.pass(Duration.ofSeconds(30));
            steps(6);
            life.askBack().ifPresent(asked -> {
                steps(4);
                life.answered(asked);
            });
            life.ground.pass(Duration.ofSeconds(601));
            steps(4);
            life.keep();
            steps(3);
            life.send(4);
            life.ground.pass(Duration.ofHours(-1));
            steps(4);
            life.ground.pass(Duration.ofMinutes(70));
            life.latestNow = life.ground.now();
            steps(8);
            life.keep();
            steps(8);
            life.finish();
            return steps;
        }

        private void steps(int count) {
            for (int i = 0; i < count; i++) {
                life.ground.timers.work();
                if (++steps == crashAt) {
                    life.crash(power);
                }
            }
            life.check();
        }
    }

    private static final class Life {
        private final Random random;
        private final FlushMode mode;
        private final TimerGround ground;
        private final Map<String, Long> dueAt = new HashMap<>();
        /** With the end of the log when that was told. */
        private final Map<String, Long> acknowledged = new HashMap<>();
        /** A recall was begun, and perhaps it is in force. */
        private final Set<String> doubtful = new HashSet<>();

        /** With the end of the log when that was told. */
        private final Map<String, Long> recalled = new HashMap<>();

        private long latestNow;
        private boolean powerWasCut;
        private int sent;

        Life(long seed, FlushMode mode) {
            this.mode = mode;
            random = new Random(seed);
            ground = new TimerGround(seed, 8, mode);
        }

        private long logEnd() {
            return ground.store.logRange().max();
        }

        private void force() {
            assertThat(ground.store.force(logEnd())).isTrue();
        }

        private static <T> T result(CompletionStage<T> stage) {
            return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
        }

        void live() {
            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(14)) {
                    case 0, 1, 2, 3 -> send(1 + random.nextInt(12));
                    case 4 -> recall();
                    case 5 -> ground.pass(Duration.ofMinutes(-random.nextInt(3)));
                    case 6 -> save();
                    case 7 -> crash(random.nextBoolean());
                    case 8 -> force();
                    case 9 -> ground.pass(Duration.ofHours(random.nextInt(5) - 2));
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
                names.forEach(name -> acknowledged.put(name, logEnd()));
            }
        }

        private record Asked(String name, CompletableFuture<Boolean> answer) {}

        /** Asks for one of the messages back. */
        private Optional<Asked> askBack() {
            List<String> known = new ArrayList<>(acknowledged.keySet());
            if (known.isEmpty()) {
                return Optional.empty();
            }
            String name = known.get(random.nextInt(known.size()));
            TopicName topic = new TopicName(TOPIC);
            doubtful.add(name);
            return Optional.of(new Asked(
                    name,
                    ground.desk()
                            .recall(topic, new RecallHandle(topic, "broker-a", dueAt.get(name), "key-" + name).text())
                            .toCompletableFuture()));
        }

        private void recall() {
            Optional<Asked> asked = askBack();
            if (asked.isPresent() && random.nextInt(4) > 0) {
                while (!asked.get().answer.isDone()) {
                    work();
                }
                answered(asked.get());
            }
        }

        /** What was answered holds; a crash in between leaves it open. */
        private void answered(Asked asked) {
            if (!asked.answer.isDone() || asked.answer.isCompletedExceptionally() || !asked.answer.join()) {
                return;
            }
            boolean came = delivered().contains(asked.name);
            assertThat(came && !powerWasCut)
                    .as("%s was called back after it came", asked.name)
                    .isFalse();
            if (!came) {
                recalled.put(asked.name, logEnd());
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
            keep();
        }

        private void keep() {
            try {
                ground.timers.keeper().work();
            } catch (Exception failed) {
                throw new AssertionError(failed);
            }
        }

        private void crash(boolean power) {
            if (power) {
                long durableTo = mode == FlushMode.SYNC_FLUSH
                        ? Long.MAX_VALUE
                        : ground.store.health().flushedTo();
                acknowledged.values().removeIf(logEnd -> logEnd > durableTo);
                recalled.values().removeIf(logEnd -> logEnd > durableTo);
                ground.cutPower();
                powerWasCut = true;
            } else {
                ground.kill();
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
            assertThat(delivered).noneMatch(recalled::containsKey);
            if (!powerWasCut) {
                assertThat(delivered).doesNotHaveDuplicates();
            }
        }

        void finish() {
            Set<String> expected = new HashSet<>(acknowledged.keySet());
            expected.removeAll(doubtful);
            // Beyond every time that was seen or asked for, wherever the clock went.
            long latest = Math.max(
                    latestNow,
                    dueAt.values().stream().mapToLong(Long::longValue).max().orElse(0));
            ground.pass(Duration.ofMillis(latest - ground.now()).plusHours(4));
            await().pollDelay(Duration.ZERO)
                    .pollInterval(POLL)
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> {
                        ground.run();
                        return ground.timers.status().waiting().isEmpty()
                                && delivered().containsAll(expected);
                    });
            check();
            ground.end();
        }
    }
}
