package io.sluice.broker.lease;

import static io.sluice.broker.lease.LeaseBench.CREW;
import static io.sluice.broker.lease.LeaseBench.JOBS;
import static io.sluice.broker.lease.LeaseBench.LEASE;
import static io.sluice.broker.lease.LeaseBench.NO_WAIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.filter.Filters;
import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.MessageProperties;
import io.sluice.model.TopicName;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.LeaseRequest;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.LeaseReader.Start;
import io.sluice.store.LossyDisk;
import io.sluice.store.MessageStore;
import io.sluice.store.StoreConfig;
import io.sluice.store.Stores;
import io.sluice.store.log.AppendResult;
import io.sluice.store.log.FlushMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/**
 * Settlements that were answered survive a power cut when the store waits for the disk, and so does what was not settled. When it does
 * not, this is so for what the disk has; and a message that was rejected is in one of its two places in any case.
 */
class LeasePowerCutTest {
    private static final int ROUNDS = 3;
    private static final int MESSAGES = 30;

    @Property(tries = 25, shrinking = ShrinkingMode.OFF)
    void whatWasAnsweredHoldsAfterThePowerWasCut(@ForAll long seed) {
        play(new Life(seed, FlushMode.SYNC_FLUSH));
    }

    @Property(tries = 25, shrinking = ShrinkingMode.OFF)
    void whatTheDiskHasHoldsWhenNobodyWaitsForIt(@ForAll long seed) {
        play(new Life(seed, FlushMode.ASYNC_FLUSH));
    }

    /** What a group is not to see would come with all that was before, if only the beginning were lost. */
    @RepeatedTest(10)
    void whereAGroupBeginsIsOnTheDiskBeforeItGetsAnything(RepetitionInfo repetition) {
        Life life = new Life(repetition.getCurrentRepetition(), FlushMode.ASYNC_FLUSH);
        life.open();
        life.send(4);
        assertThat(life.lease(7, Start.LAST)).isEmpty();
        life.send(2);
        assertThat(life.lease(7, Start.LAST)).hasSize(2);
        life.cutPower();
        life.open();
        life.send(2);
        assertThat(LeaseGround.texts(life.lease(7, Start.LAST)))
                .contains("m6", "m7")
                .doesNotContain("m0", "m1", "m2", "m3");
        life.close();
    }

    private static void play(Life life) {
        for (int round = 0; round < ROUNDS; round++) {
            life.open();
            life.checkWhatIsLent();
            life.work();
            life.cutPower();
        }
        life.open();
        life.checkWhatIsLent();
        life.close();
    }

    /** One machine through several power cuts. */
    private static final class Life {
        private final Random random;
        private final ManualClock clock = new ManualClock();
        private LossyDisk disk;
        private MessageStore store;
        private LeaseService service;
        private final FlushMode mode;
        private int sent;
        /** Stored, and not even asked to be settled; with the end of the log by then. */
        private final Map<String, Long> open = new HashMap<>();
        /** Answered as settled; with the end of the log by then. */
        private final Map<String, Long> settled = new HashMap<>();
        /** Stored, and at most asked to be rejected; with the end of the log when it was stored. */
        private final Map<String, Long> rejected = new HashMap<>();

        Life(long seed, FlushMode mode) {
            this.mode = mode;
            random = new Random(seed);
            disk = new LossyDisk(seed);
        }

        void open() {
            StoreConfig config = StoreConfig.in(Path.of("/store"))
                    .withFlushMode(mode)
                    .withLogSegmentBytes(16 * 1024)
                    .withQueueSegmentBytes(200)
                    .withIndexSlots(7)
                    .withIndexEntries(40)
                    .withDiskFreeMinBytes(0);
            store = MessageStore.open(config, disk, clock);
            service = LeaseService.open(
                    LeaseBench.rules(1_000), store, new Topics(), new Progress(), group -> 16, new Filters(), clock);
            store.start();
            service.start();
        }

        void close() {
            service.close();
            store.close();
        }

        /** What the disk kept is taken first; the old process then ends on a disk that nobody reads again. */
        void cutPower() {
            long durableTo = mode == FlushMode.SYNC_FLUSH
                    ? Long.MAX_VALUE
                    : store.health().flushedTo();
            Stream.of(open, settled, rejected).forEach(known -> known.values().removeIf(logEnd -> logEnd > durableTo));
            LossyDisk after;
            synchronized (disk) {
                after = disk.afterPowerCut();
            }
            close();
            disk = after;
            clock.pass(LEASE);
        }

        private static <T> T result(CompletionStage<T> stage) {
            return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
        }

        private List<Lease> lease(int max) {
            return lease(max, Start.FIRST);
        }

        List<Lease> lease(int max, Start start) {
            return result(service.lease(new LeaseRequest(
                            CREW, JOBS, FilterExpression.ALL, FilterExpression.ALL, max, LEASE, NO_WAIT, start)))
                    .leases();
        }

        void checkWhatIsLent() {
            Set<String> lent = new HashSet<>();
            for (List<Lease> some = lease(7); !some.isEmpty(); some = lease(7)) {
                lent.addAll(LeaseGround.texts(some));
            }
            assertThat(lent).containsAll(open.keySet());
            assertThat(settled.keySet()).noneMatch(lent::contains);
            List<String> dead = deadLetters();
            assertThat(rejected.keySet())
                    .as("lent %s, dead %s", lent, dead)
                    .allMatch(text -> lent.contains(text) || dead.contains(text));
            clock.pass(LEASE);
        }

        private long logEnd() {
            return store.logRange().max();
        }

        void send(int count) {
            List<CompletionStage<AppendResult>> stored = new ArrayList<>();
            for (int i = sent; i < sent + count; i++) {
                stored.add(store.append(StoreGround.record(clock, "Jobs", i % 2, "m" + i, MessageProperties.NONE)));
            }
            stored.forEach(Life::result);
            for (int i = sent; i < sent + count; i++) {
                open.put("m" + i, logEnd());
            }
            sent += count;
        }

        private List<String> deadLetters() {
            return Stores.readableBodies(store, TopicName.deadLetterOf(CREW).value(), 0);
        }

        void work() {
            send(MESSAGES);
            for (int i = 0; i < 6; i++) {
                if (random.nextInt(3) == 0) {
                    service.snapshots().save();
                }
                settleSome(lease(1 + random.nextInt(8)));
                if (random.nextInt(6) == 0) {
                    assertThat(store.force(logEnd())).isTrue();
                }
            }
        }

        /** Some are not settled, some are and it is waited for, some are and nobody knows. */
        private void settleSome(List<Lease> leases) {
            List<Settlement> awaited = new ArrayList<>();
            List<String> texts = new ArrayList<>();
            for (Lease lease : leases) {
                String text = LeaseGround.text(lease);
                int fate = random.nextInt(4);
                Long storedAt = fate > 0 ? open.remove(text) : null;
                boolean isRejected = fate > 0 && random.nextInt(4) == 0;
                Settlement settlement =
                        isRejected ? new Settlement.Reject(lease.receipt(), "no") : new Settlement.Ack(lease.receipt());
                if (isRejected && storedAt != null) {
                    rejected.put(text, storedAt);
                } else if (fate > 0 && !isRejected) {
                    rejected.remove(text);
                }
                if (fate == 1) {
                    service.settle(List.of(settlement));
                } else if (fate > 1) {
                    texts.add(text);
                    awaited.add(settlement);
                }
            }
            result(service.settle(awaited));
            texts.forEach(text -> settled.put(text, logEnd()));
        }

        private static final class Topics implements LeaseTopics {
            @Override
            public int readableQueues(TopicName topic) {
                return 2;
            }

            @Override
            public CompletionStage<Void> ensureDeadLetterTopic(TopicName deadLetters) {
                return CompletableFuture.completedFuture(null);
            }
        }

        /** Nobody asks. */
        private static final class Progress implements GroupProgress {
            @Override
            public OptionalLong committed(GroupName group, TopicName topic, int queueId) {
                return OptionalLong.empty();
            }

            @Override
            public void advanced(GroupName group, TopicName topic, int queueId, long next) {
                assertThat(next).isNotNegative();
            }
        }
    }
}
