package io.sluice.tail;

import io.sluice.model.FilterExpression;
import io.sluice.model.MessageQueue;
import io.sluice.port.OffsetRange;
import io.sluice.port.QueueReader;
import io.sluice.port.QueueReader.FetchRequest;
import io.sluice.port.QueueReader.Fetched;
import io.sluice.port.RefusedException;
import io.sluice.port.Tails.TailListener;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One queue of a tail: find the position, fetch, tell the listener, wait until it wants more, fetch again.
 *
 * <p>Exactly one step is in progress at any time: {@code turns} counts the steps asked for, and the thread that raises it
 * from zero does them, so stages that complete at once become a loop instead of a recursion.
 */
final class FollowedQueue {
    private static final Logger log = LoggerFactory.getLogger(FollowedQueue.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final long UNKNOWN = -1;

    private final MessageQueue queue;
    private final boolean fromBeginning;
    private final TailListener listener;
    private final QueueReader reader;
    private final Later later;
    private final TailPace pace;
    private final Consumer<FollowedQueue> onGone;
    private final CompletableFuture<Void> positioned = new CompletableFuture<>();
    private final AtomicInteger turns = new AtomicInteger();

    /** Next entry to fetch. Owned by the step in progress. */
    private long position = UNKNOWN;
    /** Owned by the step in progress. */
    private Duration pause = FIRST_PAUSE;

    private volatile CompletableFuture<?> waiting;
    private volatile boolean closed;

    FollowedQueue(
            MessageQueue queue,
            boolean fromBeginning,
            TailListener listener,
            QueueReader reader,
            Later later,
            TailPace pace,
            Consumer<FollowedQueue> onGone) {
        this.queue = queue;
        this.fromBeginning = fromBeginning;
        this.listener = listener;
        this.reader = reader;
        this.later = later;
        this.pace = pace;
        this.onGone = onGone;
    }

    MessageQueue queue() {
        return queue;
    }

    /** Completes when records stored from then on will be seen, or when the queue is gone. */
    CompletableFuture<Void> positioned() {
        return positioned;
    }

    void start() {
        step();
    }

    /** Ends the following unless the queue is among those present; answers whether it ended. */
    boolean forgetUnless(Collection<MessageQueue> present) {
        if (present.contains(queue)) {
            return false;
        }
        close();
        return true;
    }

    void close() {
        closed = true;
        CompletableFuture<?> pending = waiting;
        if (pending != null) {
            pending.cancel(false);
        }
        positioned.complete(null);
    }

    private void step() {
        if (turns.getAndIncrement() != 0) {
            return;
        }
        do {
            if (!closed) {
                next();
            }
        } while (turns.decrementAndGet() > 0);
    }

    private void next() {
        if (position == UNKNOWN) {
            CompletionStage<OffsetRange> asked = reader.range(queue);
            asked.whenComplete((range, failure) -> {
                if (failure != null) {
                    stumble(failure);
                } else {
                    position = fromBeginning ? range.min() : range.max();
                    positioned.complete(null);
                    step();
                }
            });
            return;
        }
        CompletionStage<Fetched> asked = reader.fetch(new FetchRequest(
                queue, position, pace.batchMax(), pace.batchMaxBytes(), FilterExpression.ALL, pace.longPoll()));
        waiting = asked.toCompletableFuture();
        if (closed) {
            waiting.cancel(false);
        }
        asked.whenComplete((fetched, failure) -> {
            if (failure != null) {
                stumble(failure);
            } else {
                pause = FIRST_PAUSE;
                digest(fetched);
            }
        });
    }

    private void digest(Fetched fetched) {
        if (closed) {
            fetched.close();
            return;
        }
        long from = position;
        position = fetched.nextOffset();
        switch (fetched.status()) {
            case FOUND -> tell(fetched);
            case BEFORE_RANGE -> {
                fetched.close();
                tellGap(from, position);
                step();
            }
            case NOTHING_YET, FILTERED_OUT, AFTER_RANGE -> {
                fetched.close();
                step();
            }
        }
    }

    private void tell(Fetched fetched) {
        CompletionStage<Void> wantsMore;
        try {
            wantsMore = listener.onRecords(queue, fetched.records());
        } catch (RuntimeException failed) {
            fetched.close();
            log.warn("a listener failed on records of {} and is told the next ones", queue, failed);
            step();
            return;
        }
        wantsMore.whenComplete((done, failed) -> {
            if (failed != null) {
                log.warn("a listener failed on records of {} and is told the next ones", queue, failed);
            }
            step();
        });
    }

    private void tellGap(long from, long to) {
        try {
            listener.onGap(queue, from, to);
        } catch (RuntimeException failed) {
            log.warn("a listener failed on a gap in {} and is told the next records", queue, failed);
        }
    }

    /** A queue that is gone is forgotten; anything else is tried again after a pause that grows. */
    private void stumble(Throwable failure) {
        if (closed) {
            return;
        }
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof RefusedException refused && isGone(refused)) {
            close();
            onGone.accept(this);
            return;
        }
        log.debug("{} cannot be read now, tail goes on in {}: {}", queue, pause, cause.toString());
        Duration now = pause;
        pause = now.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? now.multipliedBy(2) : LONGEST_PAUSE;
        later.run(now, this::step);
    }

    private static boolean isGone(RefusedException refused) {
        return switch (refused.reason()) {
            case NO_SUCH_TOPIC, NO_SUCH_QUEUE, NOT_READABLE -> true;
            default -> false;
        };
    }
}
