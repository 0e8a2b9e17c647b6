package io.sluice.jms.deliver;

import io.sluice.port.LeaseReader;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.LeaseReader.Result;
import io.sluice.port.LeaseReader.Settled;
import io.sluice.port.LeaseReader.Settlement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every lease that one connection holds, extended until it is settled. Safe for many threads; bounded by what the consumers
 * fetch ahead and what their sessions may leave unacknowledged.
 */
public final class LeaseBook {
    private static final Logger log = LoggerFactory.getLogger(LeaseBook.class);
    /** Leases settled by one question to the broker. */
    private static final int BATCH_MAX = 256;

    private final LeaseReader leases;
    private final Duration leaseFor;
    private final LongSupplier nanos;
    private final Set<HeldLease> held = ConcurrentHashMap.newKeySet();

    /** @param nanos the clock, as {@link System#nanoTime} */
    public LeaseBook(LeaseReader leases, Duration leaseFor, LongSupplier nanos) {
        this.leases = leases;
        this.leaseFor = leaseFor;
        this.nanos = nanos;
    }

    HeldLease hold(Lease lease, String messageId) {
        HeldLease taken = new HeldLease(lease, messageId, endOfLeaseFromNow());
        held.add(taken);
        return taken;
    }

    private long endOfLeaseFromNow() {
        return nanos.getAsLong() + leaseFor.toNanos();
    }

    boolean isOver(HeldLease lease) {
        return lease.isOver(nanos.getAsLong());
    }

    /** Lets leases run out: nobody here waits for their messages any more. */
    void forget(Collection<HeldLease> leases) {
        leases.forEach(held::remove);
    }

    /** How many leases are held. */
    public int size() {
        return held.size();
    }

    /**
     * Extends the leases of which half is over. Called again and again by the upkeep of the connection.
     *
     * @return how many extensions were asked for
     */
    public int extendDue() {
        long now = nanos.getAsLong();
        List<HeldLease> due = new ArrayList<>();
        for (HeldLease lease : held) {
            if (lease.beginExtension(now, leaseFor.toNanos() / 2)) {
                due.add(lease);
            }
        }
        for (int from = 0; from < due.size(); from += BATCH_MAX) {
            extend(due.subList(from, Math.min(due.size(), from + BATCH_MAX)));
        }
        return due.size();
    }

    private void extend(List<HeldLease> batch) {
        ask(batch, receipt -> new Settlement.Extend(receipt, leaseFor)).whenComplete((answers, failed) -> {
            if (failed != null) {
                log.warn("{} leases could not be extended, trying again: {}", batch.size(), failed.getMessage());
                batch.forEach(HeldLease::notExtended);
                return;
            }
            long until = endOfLeaseFromNow();
            for (int i = 0; i < batch.size(); i++) {
                if (answers.get(i).result() == Result.DONE) {
                    batch.get(i).extended(answers.get(i).receipt(), until);
                } else {
                    held.remove(batch.get(i));
                    batch.get(i).endedMeanwhile();
                }
            }
        });
    }

    /**
     * Completes with those that the broker had already taken back, so that their messages come again. When it fails, those
     * that were not settled are held as before.
     */
    CompletionStage<List<HeldLease>> acknowledge(Collection<HeldLease> done) {
        return settle(List.copyOf(done), Settlement.Ack::new);
    }

    /** Gives the messages back, free for anybody at once. */
    CompletionStage<List<HeldLease>> release(Collection<HeldLease> undone) {
        return settle(List.copyOf(undone), receipt -> new Settlement.Release(receipt, Duration.ZERO));
    }

    /**
     * Lets somebody acknowledge the leases together with other things.
     *
     * @param commit is given the acknowledgements, in the order of the leases; whether the leases are settled, or over
     */
    <T> CompletionStage<T> acknowledgeWith(
            List<HeldLease> all, Function<List<Settlement>, CompletionStage<T>> commit, Predicate<T> isSettled) {
        CompletableFuture<?>[] extensions =
                all.stream().map(HeldLease::beginSettling).toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(extensions)
                .thenCompose(ready -> commit.apply(all.stream()
                        .<Settlement>map(lease -> new Settlement.Ack(lease.receipt()))
                        .toList()))
                .whenComplete((outcome, failed) -> {
                    if (failed == null && isSettled.test(outcome)) {
                        all.forEach(held::remove);
                    } else {
                        all.forEach(HeldLease::notSettled);
                    }
                });
    }

    /** Gives up on the message. */
    CompletionStage<List<HeldLease>> reject(HeldLease lease, String reason) {
        return settle(List.of(lease), receipt -> new Settlement.Reject(receipt, reason));
    }

    /** Gives back whatever is still held; the connection closes. */
    public CompletionStage<Void> releaseAll() {
        return release(held).thenApply(over -> null);
    }

    private CompletionStage<List<HeldLease>> settle(List<HeldLease> all, Function<Receipt, Settlement> how) {
        CompletableFuture<?>[] extensions =
                all.stream().map(HeldLease::beginSettling).toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(extensions).thenCompose(ready -> settleFrom(0, all, how, new ArrayList<>()));
    }

    private CompletionStage<List<HeldLease>> settleFrom(
            int from, List<HeldLease> all, Function<Receipt, Settlement> how, List<HeldLease> over) {
        if (from >= all.size()) {
            return CompletableFuture.completedFuture(over);
        }
        List<HeldLease> batch = all.subList(from, Math.min(all.size(), from + BATCH_MAX));
        return ask(batch, how)
                .whenComplete((answers, failed) -> {
                    if (failed != null) {
                        all.subList(from, all.size()).forEach(HeldLease::notSettled);
                    }
                })
                .thenCompose(answers -> {
                    for (int i = 0; i < batch.size(); i++) {
                        held.remove(batch.get(i));
                        if (answers.get(i).result() != Result.DONE) {
                            over.add(batch.get(i));
                        }
                    }
                    return settleFrom(from + batch.size(), all, how, over);
                });
    }

    /** A port that throws instead of failing its stage counts as failed. */
    private CompletionStage<List<Settled>> ask(List<HeldLease> batch, Function<Receipt, Settlement> how) {
        try {
            return leases.settle(
                    batch.stream().map(lease -> how.apply(lease.receipt())).toList());
        } catch (RuntimeException failed) {
            return CompletableFuture.failedFuture(failed);
        }
    }
}
