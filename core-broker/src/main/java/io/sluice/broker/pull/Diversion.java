package io.sluice.broker.pull;

import io.sluice.port.QueueReader.Fetched;
import java.util.Optional;

/** A reader that waits may be wanted elsewhere meanwhile; asked whenever its read is looked at again. */
interface Diversion {
    /** For readers that nobody sends anywhere. */
    Diversion NONE = new Diversion() {
        @Override
        public boolean isPending() {
            return false;
        }

        @Override
        public Optional<Fetched> take() {
            return Optional.empty();
        }
    };

    /** Whether {@link #take} might answer something now. */
    boolean isPending();

    /** What tells the reader where to go, once; empty when it need not go anywhere. */
    Optional<Fetched> take();
}
