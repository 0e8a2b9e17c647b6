package io.sluice.client.consume;

import io.sluice.client.link.ClusterLink;
import io.sluice.client.offset.OffsetHome;
import io.sluice.client.read.QueueOffsets;
import io.sluice.model.MessageQueue;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores how far a group has come, and finds where it begins. Owned by the client's clock: {@link #store} and
 * {@link #forget} are called there only, and the stores of one queue follow one another, so that an older offset never
 * arrives behind a newer one.
 */
final class OffsetKeeping {
    private static final Logger log = LoggerFactory.getLogger(OffsetKeeping.class);
    private static final long NOTHING_YET = -1;

    private final QueueOffsets offsets;
    private final StartAt startAt;
    private final OffsetHome home;
    private final Executor clock;
    private final Map<MessageQueue, Progress> progress = new HashMap<>();

    /** What is known of one queue. */
    private static final class Progress {
        /** What was stored last, as far as is known. */
        private long lastStored = NOTHING_YET;
        /** What is to be stored, as last asked for. */
        private volatile long wanted;
        /** Completes, never with a failure, when no store is under way. */
        private CompletableFuture<Void> idle = CompletableFuture.completedFuture(null);
    }

    /**
     * @param offsets tells where queues begin and end
     * @param home    where the group's offsets are stored
     * @param clock   the client's
     */
    OffsetKeeping(QueueOffsets offsets, StartAt startAt, OffsetHome home, Executor clock) {
        this.offsets = offsets;
        this.startAt = startAt;
        this.home = home;
        this.clock = clock;
    }

    /** Where to begin with the queue. Fails when the broker cannot say: beginning anywhere else could lose messages. */
    CompletionStage<Long> start(MessageQueue queue) {
        return home.find(queue)
                .thenCompose(found ->
                        found.isPresent() ? CompletableFuture.completedFuture(found.getAsLong()) : firstStart(queue));
    }

    private CompletionStage<Long> firstStart(MessageQueue queue) {
        if (startAt instanceof StartAt.First || queue.topic().isRetry()) {
            return offsets.min(queue);
        }
        if (startAt instanceof StartAt.AtInstant at) {
            return offsets.storedAt(queue, at.storedAt().toEpochMilli());
        }
        return offsets.max(queue);
    }

    /** Stores the offset unless it is the one stored last; never fails, an offset that was not stored is stored later. */
    CompletionStage<Void> store(MessageQueue queue, long offset) {
        Progress known = progress.computeIfAbsent(queue, fresh -> new Progress());
        known.wanted = offset;
        return storeWanted(queue, known);
    }

    /** Those that wait for the store under way run in any order; each stores what was wanted last. */
    private CompletionStage<Void> storeWanted(MessageQueue queue, Progress known) {
        if (!known.idle.isDone()) {
            return known.idle.thenComposeAsync(done -> storeWanted(queue, known), clock);
        }
        long offset = known.wanted;
        if (known.lastStored == offset) {
            return known.idle;
        }
        known.idle = home.store(queue, offset)
                .handleAsync(
                        (done, failure) -> {
                            if (failure == null) {
                                known.lastStored = offset;
                            } else {
                                log.info(
                                        "offset {} on {} is stored later: {}",
                                        offset,
                                        queue,
                                        ClusterLink.causeOf(failure).getMessage());
                            }
                            return (Void) null;
                        },
                        clock)
                .toCompletableFuture();
        return known.idle;
    }

    /** Nothing is stored any more. */
    void close() {
        home.close();
    }

    /** The queue is not read here any more. */
    void forget(MessageQueue queue) {
        progress.remove(queue);
    }
}
