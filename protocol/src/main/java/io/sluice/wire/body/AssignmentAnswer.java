package io.sluice.wire.body;

import java.util.Set;

/** Queues to take; empty: release all. */
public record AssignmentAnswer(Set<Assignment> messageQueueAssignments) implements Body {

    /**
     * @param messageQueue queue id -1: any queue
     * @param mode         {@code PULL} or {@code POP}
     */
    public record Assignment(QueueRef messageQueue, String mode) {}
}
