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
import io.sluice.store.log.AppendResult;
import io.sluice.store.log.FlushMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Settlements that were answered survive a power cut when the store waits for the disk, and so does what was not settled. */
class LeasePowerCutTest {
    private static final int ROUNDS = 3;
    private static final int MESSAGES = 30;

    @Property(tries = 25, shrinking = ShrinkingMode.OFF)
    void whatWasAnsweredHoldsAfterThePowerWasCut(@ForAll long seed) {
        Life life = new Life(seed);
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
        private int sent;
        /** Stored, and not even asked to be settled. */
        private final Set<String> open = new HashSet<>();
        /** Answered as settled. */
        private final Set<String> settled = new HashSet<>();

        Life(long seed) {
            random = new Random(seed);
            disk = new LossyDisk(seed);
        }

        void open() {
            StoreConfig config = StoreConfig.in(Path.of("/store"))
                    .withFlushMode(FlushMode.SYNC_FLUSH)
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
            return result(service.lease(new LeaseRequest(
                            CREW, JOBS, FilterExpression.ALL, FilterExpression.ALL, max, LEASE, NO_WAIT, Start.FIRST)))
                    .leases();
        }

        void checkWhatIsLent() {
            Set<String> lent = new HashSet<>();
            for (List<Lease> some = lease(7); !some.isEmpty(); some = lease(7)) {
                lent.addAll(LeaseGround.texts(some));
            }
            assertThat(lent).containsAll(open);
            assertThat(settled).noneMatch(lent::contains);
            clock.pass(LEASE);
        }

        void work() {
            List<CompletionStage<AppendResult>> stored = new ArrayList<>();
            int first = sent;
            for (int i = 0; i < MESSAGES; i++) {
                stored.add(store.append(
                        StoreGround.record(clock, "Jobs", sent % 2, "m" + sent++, MessageProperties.NONE)));
            }
            stored.forEach(Life::result);
            for (int i = first; i < sent; i++) {
                open.add("m" + i);
            }
            for (int i = 0; i < 6; i++) {
                if (random.nextInt(3) == 0) {
                    service.snapshots().save();
                }
                settleSome(lease(1 + random.nextInt(8)));
            }
        }

        /** Some are not settled, some are and it is waited for, some are and nobody knows. */
        private void settleSome(List<Lease> leases) {
            List<Settlement> awaited = new ArrayList<>();
            List<String> texts = new ArrayList<>();
            for (Lease lease : leases) {
                String text = LeaseGround.text(lease);
                int fate = random.nextInt(4);
                if (fate > 0) {
                    open.remove(text);
                }
                if (fate == 1) {
                    service.settle(List.of(new Settlement.Ack(lease.receipt())));
                } else if (fate > 1) {
                    texts.add(text);
                    awaited.add(
                            random.nextInt(5) == 0
                                    ? new Settlement.Reject(lease.receipt(), "no")
                                    : new Settlement.Ack(lease.receipt()));
                }
            }
            result(service.settle(awaited));
            settled.addAll(texts);
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
