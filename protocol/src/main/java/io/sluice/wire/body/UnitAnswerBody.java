package io.sluice.wire.body;

import io.sluice.wire.json.Absent;
import java.util.List;

/**
 * What became of a unit of work; Sluice's own, see {@code UnitCommands}.
 *
 * @param repeat whether it was so before
 * @param doubt  which promise is open when it is in doubt; the names of {@code io.sluice.port.SendOutcome.Doubt}
 * @param sent   where the messages are, in their order
 * @param over   receipts of the leases that were over
 */
public record UnitAnswerBody(
        Outcome outcome, boolean repeat, @Absent String doubt, String brokerName, List<Sent> sent, List<String> over)
        implements Body {

    /** How it ended; a refusal is an answer with another code. */
    public enum Outcome {
        COMMITTED,
        IN_DOUBT,
        LEASES_OVER,
        PREPARED,
        ROLLED_BACK,
        /** Of a decision: somebody else had committed it. */
        HEURISTIC_COMMIT,
        /** Of a decision: somebody else had rolled it back. */
        HEURISTIC_ROLLBACK,
        /** Of a decision: there is no such unit. */
        UNKNOWN
    }

    /** As an answer to a send tells it. */
    public record Sent(
            String topic,
            int queueId,
            long logOffset,
            long queueOffset,
            String messageId,
            @Absent String recallHandle) {}
}
