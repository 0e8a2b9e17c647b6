package io.sluice.client;

import io.sluice.client.remote.RemoteLeases;
import io.sluice.port.LeaseReader;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.LeaseReader.Settled;
import io.sluice.port.LeaseReader.Settlement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Single acknowledgements of one consumer on their way to the brokers, each broker's in a line of its own. Those that meet share a
 * request: while {@value #UNDER_WAY_MAX} are under way to a broker, what comes waits and goes with the next. No more can wait than
 * are lent. Any thread.
 */
final class Acknowledgements {
    private static final int UNDER_WAY_MAX = 2;
    private static final int REQUEST_MAX = 4096;
    /** So that those of messages lent together stand as they were lent. */
    private static final Comparator<One> AS_LENT =
            Comparator.<One, String>comparing(one -> one.receipt.run()).thenComparingInt(one -> one.receipt.place());

    private final LeaseReader leases;
    /** By broker name; only those that have something. Guarded by this, as what is in them. */
    private final Map<String, Line> lines = new HashMap<>();

    /** On its way to one broker. */
    private static final class Line {
        private final Deque<One> waiting = new ArrayDeque<>();
        private int underWay;
    }

    private record One(Receipt receipt, CompletableFuture<Settled> settled) {}

    Acknowledgements(LeaseReader leases) {
        this.leases = leases;
    }

    /** Fails as {@link LeaseReader#settle} does, then for all that went with it. */
    CompletionStage<Settled> add(Receipt receipt) {
        One one = new One(receipt, new CompletableFuture<>());
        String broker = RemoteLeases.brokerOf(receipt);
        List<One> next;
        synchronized (this) {
            Line line = lines.computeIfAbsent(broker, fresh -> new Line());
            line.waiting.add(one);
            next = takeNext(line);
        }
        send(broker, next);
        return one.settled;
    }

    private static List<One> takeNext(Line line) {
        if (line.underWay == UNDER_WAY_MAX || line.waiting.isEmpty()) {
            return List.of();
        }
        line.underWay++;
        List<One> next = new ArrayList<>();
        while (!line.waiting.isEmpty() && next.size() < REQUEST_MAX) {
            next.add(line.waiting.poll());
        }
        next.sort(AS_LENT);
        return next;
    }

    private void send(String broker, List<One> together) {
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
                Line line = lines.get(broker);
                line.underWay--;
                next = takeNext(line);
                if (line.underWay == 0) {
                    lines.remove(broker);
                }
            }
            send(broker, next);
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
