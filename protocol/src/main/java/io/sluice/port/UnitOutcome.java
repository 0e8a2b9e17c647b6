package io.sluice.port;

import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.SendOutcome.Doubt;
import io.sluice.port.SendOutcome.Stored;
import java.util.List;
import java.util.function.Function;

/** What became of a unit of work. */
public sealed interface UnitOutcome {

    /**
     * All of it holds.
     *
     * @param sent     where the messages are, in the order of the sends
     * @param isRepeat whether it held before, and this is the first result once more
     */
    record Committed(List<Stored> sent, boolean isRepeat) implements UnitOutcome {
        public Committed {
            sent = List.copyOf(sent);
        }
    }

    /** In the log as a whole, but the durability asked for was not reached in time; it may still be lost, as a whole. */
    record CommittedWithDoubt(Committed committed, Doubt doubt) implements UnitOutcome {}

    /**
     * Nothing has happened: leases that were to be settled had ended, so their messages may be with somebody else. The other
     * leases go on.
     */
    record LeasesOver(List<Receipt> over) implements UnitOutcome {
        public LeasesOver {
            over = List.copyOf(over);
        }
    }

    /** Nothing has happened, except after a failed flush, where nobody knows until the broker is back. */
    record Refused(Refusal reason, String remedy) implements UnitOutcome {}

    /** Exhaustive by construction: a new variant does not compile until every caller handles it. */
    default <T> T fold(
            Function<Committed, T> committed,
            Function<CommittedWithDoubt, T> doubt,
            Function<LeasesOver, T> over,
            Function<Refused, T> refused) {
        if (this instanceof Committed c) {
            return committed.apply(c);
        }
        if (this instanceof CommittedWithDoubt d) {
            return doubt.apply(d);
        }
        if (this instanceof LeasesOver o) {
            return over.apply(o);
        }
        return refused.apply((Refused) this);
    }
}
