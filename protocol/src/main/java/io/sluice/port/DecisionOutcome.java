package io.sluice.port;

import io.sluice.port.SendOutcome.Stored;
import io.sluice.port.UnitsOfWork.Decision;
import java.util.List;
import java.util.function.Function;

/** What became of a decision on a prepared unit of work. */
public sealed interface DecisionOutcome {

    /**
     * All of it holds.
     *
     * @param sent     where the messages are, in the order of the sends; empty for a repeat when the log is damaged there
     * @param isRepeat whether it held before
     */
    record Committed(List<Stored> sent, boolean isRepeat) implements DecisionOutcome {
        public Committed {
            sent = List.copyOf(sent);
        }
    }

    /**
     * Nothing of it holds; what it was to settle is lent again.
     *
     * @param isRepeat whether it was rolled back before
     */
    record RolledBack(boolean isRepeat) implements DecisionOutcome {}

    /** Somebody else had decided: by hand, or the broker because of its age. Kept until it is forgotten. */
    record Heuristic(Decision decision) implements DecisionOutcome {}

    /** Nothing is known under this id: never prepared, or decided so long ago that it is not remembered. */
    record Unknown() implements DecisionOutcome {}

    /** Not decided; for {@link Refusal#UNAVAILABLE} nobody knows, and the same is to be asked again. */
    record Refused(Refusal reason, String remedy) implements DecisionOutcome {}

    /** Exhaustive by construction: a new variant does not compile until every caller handles it. */
    default <T> T fold(
            Function<Committed, T> committed,
            Function<RolledBack, T> rolledBack,
            Function<Heuristic, T> heuristic,
            Function<Unknown, T> unknown,
            Function<Refused, T> refused) {
        if (this instanceof Committed c) {
            return committed.apply(c);
        }
        if (this instanceof RolledBack r) {
            return rolledBack.apply(r);
        }
        if (this instanceof Heuristic h) {
            return heuristic.apply(h);
        }
        if (this instanceof Unknown u) {
            return unknown.apply(u);
        }
        return refused.apply((Refused) this);
    }
}
