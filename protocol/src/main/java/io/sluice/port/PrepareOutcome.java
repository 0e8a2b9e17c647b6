package io.sluice.port;

import io.sluice.port.LeaseReader.Receipt;
import java.util.List;
import java.util.function.Function;

/** What became of the wish to prepare a unit of work. */
public sealed interface PrepareOutcome {

    /**
     * The broker can commit it and can roll it back.
     *
     * @param isRepeat whether it was prepared before
     */
    record Prepared(boolean isRepeat) implements PrepareOutcome {}

    /** Nothing has happened: leases that were to be settled had ended. The other leases go on. */
    record LeasesOver(List<Receipt> over) implements PrepareOutcome {
        public LeasesOver {
            over = List.copyOf(over);
        }
    }

    /** Nothing has happened; for {@link Refusal#UNAVAILABLE} nobody knows, and it may be prepared. */
    record Refused(Refusal reason, String remedy) implements PrepareOutcome {}

    /** Exhaustive by construction: a new variant does not compile until every caller handles it. */
    default <T> T fold(Function<Prepared, T> prepared, Function<LeasesOver, T> over, Function<Refused, T> refused) {
        if (this instanceof Prepared p) {
            return prepared.apply(p);
        }
        if (this instanceof LeasesOver o) {
            return over.apply(o);
        }
        return refused.apply((Refused) this);
    }
}
