package io.sluice.port;

import java.util.Objects;

/**
 * A unit of work that waits for its decision, or was decided by somebody else than its owner.
 *
 * @param brokerName  where it is
 * @param sinceMs     when it was prepared, epoch milliseconds
 * @param messages    that it stores
 * @param settlements of leases
 * @param bytes       bodies and properties of the messages
 */
public record PreparedUnit(
        String id, String brokerName, State state, long sinceMs, int messages, int settlements, long bytes) {

    /** How far it is. */
    public enum State {
        /** Undecided: its messages are not visible, what it settles is with nobody. */
        PREPARED,
        /** Committed by hand; to be forgotten when its owner knows. */
        HEURISTIC_COMMIT,
        /** Rolled back by hand or for its age; to be forgotten when its owner knows. */
        HEURISTIC_ROLLBACK
    }

    public PreparedUnit {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(brokerName, "brokerName");
        Objects.requireNonNull(state, "state");
    }
}
