package io.sluice.transport;

import io.sluice.wire.frame.Frame;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * The requests of one connection that wait for an answer, by opaque. Any thread may ask; answers, timeouts and the end of
 * the connection come on its event loop. Bounded: beyond the bound a request is refused before it is sent.
 */
final class PendingReplies {
    private final ConcurrentMap<Integer, Pending> waiting = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicInteger nextOpaque = new AtomicInteger();
    private final int pendingMax;
    private final LongSupplier nanoClock;
    /** Why everything that waits or comes later fails; {@code null} while the connection lives. */
    private volatile RemotingException end;

    private record Pending(CompletableFuture<Frame> answer, int code, long deadlineNanos, Duration timeout) {}

    /** A request under way: send it under this opaque. */
    record Ticket(int opaque, CompletionStage<Frame> answer) {}

    PendingReplies(int pendingMax, LongSupplier nanoClock) {
        this.pendingMax = pendingMax;
        this.nanoClock = nanoClock;
    }

    int nextOpaque() {
        return nextOpaque.getAndIncrement();
    }

    /** @throws RemotingException when too many wait already, or the connection has ended */
    Ticket open(int code, Duration timeout) {
        if (count.incrementAndGet() > pendingMax) {
            count.decrementAndGet();
            throw new RemotingException(
                    RemotingException.Reason.TOO_MANY_PENDING,
                    "request %d not sent: %d requests of this connection wait for answers already"
                            .formatted(code, pendingMax));
        }
        Pending pending =
                new Pending(new CompletableFuture<>(), code, nanoClock.getAsLong() + timeout.toNanos(), timeout);
        int opaque = nextOpaque();
        while (waiting.putIfAbsent(opaque, pending) != null) {
            opaque = nextOpaque();
        }
        RemotingException ended = end;
        if (ended != null) {
            fail(opaque, ended);
        }
        return new Ticket(opaque, pending.answer);
    }

    /** Whether somebody waited for the answer; if not, it is late and the caller keeps it. */
    boolean complete(Frame answer) {
        Pending pending = remove(answer.opaque());
        return pending != null && pending.answer.complete(answer);
    }

    void fail(int opaque, RemotingException reason) {
        Pending pending = remove(opaque);
        if (pending != null) {
            pending.answer.completeExceptionally(reason);
        }
    }

    /** Fails those whose time is over. */
    void expire() {
        if (waiting.isEmpty()) {
            return;
        }
        long now = nanoClock.getAsLong();
        waiting.forEach((opaque, pending) -> {
            if (now - pending.deadlineNanos >= 0) {
                fail(
                        opaque,
                        new RemotingException(
                                RemotingException.Reason.TIMED_OUT,
                                "no answer to request %d within %d ms"
                                        .formatted(pending.code, pending.timeout.toMillis())));
            }
        });
    }

    /** Fails everything that waits and all that will ask. */
    void end(RemotingException reason) {
        if (end == null) {
            end = reason;
        }
        waiting.keySet().forEach(opaque -> fail(opaque, reason));
    }

    int size() {
        return count.get();
    }

    private Pending remove(int opaque) {
        Pending pending = waiting.remove(opaque);
        if (pending != null) {
            count.decrementAndGet();
        }
        return pending;
    }
}
