package io.sluice.broker.transaction;

import io.sluice.model.GroupName;

/**
 * What a producer says became of its half message.
 *
 * @param group      must be that of the half message
 * @param halfOffset entry in the half queue, as the send was answered
 * @param logOffset  where it lies, as the send was answered
 */
public record HalfEnd(GroupName group, long halfOffset, long logOffset, Decision decision) {

    /** Deliver the message, or forget it. */
    public enum Decision {
        COMMIT,
        ROLLBACK
    }

    /** How it ended. */
    public enum Result {
        /** In force now. */
        DONE,
        /** Somebody decided before, or it was given up. */
        ENDED_BEFORE,
        /** No half message of this group lies there. */
        NOT_FOUND,
        /** The store did not take the decision; the producer is asked again later. */
        NOT_STORED
    }
}
