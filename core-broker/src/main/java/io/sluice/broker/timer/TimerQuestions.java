package io.sluice.broker.timer;

import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * What others want to know of the state that only the timer thread touches. Any thread asks, the timer thread answers. At
 * most {@value #WAIT_MAX} questions wait; more are refused.
 */
final class TimerQuestions implements AutoCloseable {
    static final int WAIT_MAX = 1024;

    private final ArrayBlockingQueue<Question<?>> inbox = new ArrayBlockingQueue<>(WAIT_MAX);
    private final Runnable wake;
    private volatile boolean closed;

    private record Question<T>(Supplier<T> work, CompletableFuture<T> answer) {
        void run() {
            try {
                answer.complete(work.get());
            } catch (RuntimeException failed) {
                answer.completeExceptionally(failed);
            }
        }
    }

    /** @param wake ends the sleep of the timer thread */
    TimerQuestions(Runnable wake) {
        this.wake = wake;
    }

    <T> CompletableFuture<T> ask(Supplier<T> work) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (closed) {
            answer.completeExceptionally(stopping());
        } else if (inbox.offer(new Question<>(work, answer))) {
            wake.run();
        } else {
            answer.completeExceptionally(new RefusedException(
                    Refusal.OVERLOADED,
                    "%d questions about timed messages wait, which is the limit; try again later".formatted(WAIT_MAX)));
        }
        return answer;
    }

    /** Answers what waits; how many. */
    int answer() {
        int answered = 0;
        Question<?> next = inbox.poll();
        while (next != null) {
            next.run();
            answered++;
            next = answered < WAIT_MAX ? inbox.poll() : null;
        }
        return answered;
    }

    static RefusedException stopping() {
        return new RefusedException(Refusal.UNAVAILABLE, "the broker is stopping; ask again when it is back");
    }

    /** Fails what waits, and what is asked from now on. */
    @Override
    public void close() {
        closed = true;
        for (Question<?> left = inbox.poll(); left != null; left = inbox.poll()) {
            left.answer.completeExceptionally(stopping());
        }
    }
}
