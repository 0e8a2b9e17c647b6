package io.sluice.jms.deliver;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * Sends whose callbacks are still to run, in the order of the sends. Confined to the lane's lock, except that stages
 * complete on any thread.
 */
final class AsyncSends {
    private final Deque<Pending> inOrder = new ArrayDeque<>();

    /** Callback of one send, on the lane's thread; {@code null} for success. */
    @FunctionalInterface
    interface Callback {
        void completed(Throwable failure);
    }

    private record Pending(CompletableFuture<?> sent, Callback callback) {}

    void add(CompletionStage<?> sent, Callback callback) {
        inOrder.add(new Pending(sent.toCompletableFuture(), callback));
    }

    /** How many were sent and not called back, the one in its callback not counted. */
    int size() {
        return inOrder.size();
    }

    /** The callback of the oldest send, if that send has come to an end; it is no longer pending then. */
    Optional<Runnable> takeDue() {
        Pending oldest = inOrder.peekFirst();
        if (oldest == null || !oldest.sent().isDone()) {
            return Optional.empty();
        }
        inOrder.removeFirst();
        return Optional.of(() -> oldest.callback().completed(failureOf(oldest.sent())));
    }

    /** Of a stage that has completed; {@code null} for success. */
    private static Throwable failureOf(CompletableFuture<?> sent) {
        try {
            sent.join();
            return null;
        } catch (CompletionException failed) {
            return failed.getCause();
        } catch (CancellationException cancelled) {
            return cancelled;
        }
    }
}
