package io.sluice.client.consume;

import io.sluice.client.link.ClusterLink;
import io.sluice.client.read.QueueOffsets;
import io.sluice.model.GroupName;
import io.sluice.model.MessageQueue;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores how far a group has come, and finds where it begins. Any thread. Knows what was stored last for each queue that
 * is read, so that nothing is stored twice.
 */
final class OffsetKeeping {
    private static final Logger log = LoggerFactory.getLogger(OffsetKeeping.class);

    private final GroupName group;
    private final QueueOffsets offsets;
    private final StartAt startAt;
    private final boolean stored;
    private final Map<MessageQueue, Long> lastStored = new ConcurrentHashMap<>();

    /** @param stored whether the group's offsets are stored at all; if not, every start is a first start */
    OffsetKeeping(GroupName group, QueueOffsets offsets, StartAt startAt, boolean stored) {
        this.group = group;
        this.offsets = offsets;
        this.startAt = startAt;
        this.stored = stored;
    }

    /** Where to begin with the queue. Fails when the broker cannot say: beginning anywhere else could lose messages. */
    CompletionStage<Long> start(MessageQueue queue) {
        if (!stored) {
            return firstStart(queue);
        }
        return offsets.committed(group, queue, true)
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
        Long before = lastStored.get(queue);
        if (!stored || before != null && before == offset) {
            return CompletableFuture.completedFuture(null);
        }
        lastStored.put(queue, offset);
        return offsets.store(group, queue, offset).exceptionally(failure -> {
            lastStored.remove(queue, offset);
            log.info(
                    "offset {} of group {} on {} is stored later: {}",
                    offset,
                    group,
                    queue,
                    ClusterLink.causeOf(failure).getMessage());
            return null;
        });
    }

    /** The queue is not read here any more. */
    void forget(MessageQueue queue) {
        lastStored.remove(queue);
    }
}
