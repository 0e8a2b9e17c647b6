package io.sluice.client;

import io.sluice.port.LeaseReader;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.LeaseReader.Settled;
import io.sluice.port.LeaseReader.Settlement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Single acknowledgements of one consumer on their way to the broker. Those that meet share a request: while
 * {@value #UNDER_WAY_MAX} are under way, what comes waits and goes with the next. No more can wait than are lent. Any thread.
 */
final class Acknowledgements {
    private static final int UNDER_WAY_MAX = 2;
    private static final int REQUEST_MAX = 4096;
    /** So that those of messages lent together stand as they were lent. */
    private static final Comparator<One> AS_LENT =
            Comparator.<One, String>comparing(one -> one.receipt.run()).thenComparingInt(one -> one.receipt.place());

    private final LeaseReader leases;
    /** Guarded by this, as the next field. */
    private final Deque<One> waiting = new ArrayDeque<>();

    private int underWay;

    private record One(Receipt receipt, CompletableFuture<Settled> settled) {}

    Acknowledgements(LeaseReader leases) {
        this.leases = leases;
    }

    /** Fails as {@link LeaseReader#settle} does, then for all that went with it. */
    CompletionStage<Settled> add(Receipt receipt) {
        One one = new One(receipt, new CompletableFuture<>());
        List<One> next;
        synchronized (this) {
            waiting.add(one);
            next = takeNext();
        }
        send(next);
        return one.settled;
    }

    private List<One> takeNext() {
        if (underWay == UNDER_WAY_MAX || waiting.isEmpty()) {
            return List.of();
        }
        underWay++;
        List<One> next = new ArrayList<>();
        while (!waiting.isEmpty() && next.size() < REQUEST_MAX) {
            next.add(waiting.poll());
        }
        next.sort(AS_LENT);
        return next;
    }

    private void send(List<One> together) {
        if (together.isEmpty()) {
            return;
        }
        CompletionStage<List<Settled>> asked;
        try {
            asked = leases.settle(together.stream()
                    .<Settlement>map(one -> new Settlement.Ack(one.receipt))
                    .toList());
        } catch (RuntimeException failed) {
            asked = CompletableFuture.failedFuture(failed);
        }
        asked.whenComplete((settled, failed) -> {
            List<One> next;
            synchronized (this) {
                underWay--;
                next = takeNext();
            }
            send(next);
            for (int i = 0; i < together.size(); i++) {
                if (failed == null) {
                    together.get(i).settled.complete(settled.get(i));
                } else {
                    together.get(i).settled.completeExceptionally(failed);
                }
            }
        });
    }
}
