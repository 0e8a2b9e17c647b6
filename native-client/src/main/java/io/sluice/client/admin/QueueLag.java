package io.sluice.client.admin;

import io.sluice.model.MessageQueue;
import io.sluice.port.OffsetRange;
import java.util.OptionalLong;

/**
 * How far a group has come with one queue.
 *
 * @param range     what the queue holds
 * @param committed next offset of the group; empty when it has none
 */
public record QueueLag(MessageQueue queue, OffsetRange range, OptionalLong committed) {

    /** Messages that the group has not settled; all that are kept when it has no offset. */
    public long behind() {
        return Math.max(0, range.max() - Math.max(committed.orElse(range.min()), range.min()));
    }
}
