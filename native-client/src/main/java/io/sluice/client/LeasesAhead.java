package io.sluice.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Messages that are leased while those before them are worked on. At most one answer waits here, of as many messages as the
 * poll before it wanted, and only one that was full is followed by a question. The leases of what waits run: what has waited
 * for half of their time is given back instead of handed out, as if it had not been leased. Any thread.
 */
final class LeasesAhead {
    private final Asking asking;
    private final Function<List<LeasedMessage>, CompletionStage<?>> returning;
    private final long keepNanos;
    /** {@code null} when nothing was asked for ahead. Guarded by this. */
    private Answer ahead;

    private boolean closed;

    /** Leases messages at the broker. */
    @FunctionalInterface
    interface Asking {
        CompletionStage<List<LeasedMessage>> ask(int max, Duration maxWait);
    }

    /** @param askedAtNanos before which none of its leases began */
    private record Answer(CompletableFuture<List<LeasedMessage>> messages, long askedAtNanos) {}

    /** @param returning gives messages back unseen */
    LeasesAhead(Asking asking, Function<List<LeasedMessage>, CompletionStage<?>> returning, Duration leaseFor) {
        this.asking = asking;
        this.returning = returning;
        this.keepNanos = leaseFor.toNanos() / 2;
    }

    CompletionStage<List<LeasedMessage>> poll(int max, Duration maxWait) {
        Answer taken = take();
        CompletionStage<List<LeasedMessage>> messages = taken == null
                ? asking.ask(max, maxWait)
                : taken.messages()
                        // What went wrong ahead is told by the question that is asked in its place.
                        .handle((found, failed) -> failed == null ? fresh(taken, found) : List.<LeasedMessage>of())
                        .thenCompose(found -> found.isEmpty()
                                ? asking.ask(max, maxWait)
                                : CompletableFuture.completedFuture(upTo(max, taken, found)));
        return messages.thenApply(found -> {
            if (found.size() == max) {
                askAhead(max);
            }
            return found;
        });
    }

    private synchronized Answer take() {
        Answer taken = ahead;
        ahead = null;
        return taken;
    }

    private List<LeasedMessage> fresh(Answer answer, List<LeasedMessage> messages) {
        if (System.nanoTime() - answer.askedAtNanos() < keepNanos) {
            return messages;
        }
        giveBack(messages);
        return List.of();
    }

    private List<LeasedMessage> upTo(int max, Answer answer, List<LeasedMessage> messages) {
        if (messages.size() <= max) {
            return messages;
        }
        List<LeasedMessage> rest = messages.subList(max, messages.size());
        if (!putBack(new Answer(CompletableFuture.completedFuture(rest), answer.askedAtNanos()))) {
            giveBack(rest);
        }
        return messages.subList(0, max);
    }

    private synchronized boolean putBack(Answer answer) {
        boolean hasRoom = ahead == null && !closed;
        ahead = hasRoom ? answer : ahead;
        return hasRoom;
    }

    private void askAhead(int max) {
        CompletableFuture<List<LeasedMessage>> messages = new CompletableFuture<>();
        if (!putBack(new Answer(messages, System.nanoTime()))) {
            return;
        }
        asking.ask(max, Duration.ZERO).whenComplete((found, failed) -> {
            if (failed == null) {
                messages.complete(found);
            } else {
                messages.completeExceptionally(failed);
            }
        });
    }

    private CompletionStage<?> giveBack(List<LeasedMessage> messages) {
        return messages.isEmpty() ? CompletableFuture.completedFuture(null) : returning.apply(messages);
    }

    /** Gives back what waits; completes when that is done. */
    CompletionStage<?> close() {
        Answer left;
        synchronized (this) {
            closed = true;
            left = ahead;
            ahead = null;
        }
        return left == null
                ? CompletableFuture.completedFuture(null)
                : left.messages().thenCompose(this::giveBack);
    }
}
