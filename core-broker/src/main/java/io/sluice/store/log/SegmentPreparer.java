package io.sluice.store.log;

import io.sluice.runtime.Duty;
import java.io.IOException;
import java.util.function.LongSupplier;

/**
 * Keeps room ahead of the writer, so that no append waits for the file system, and tells when it has none to give. When there
 * is room enough it looks whether somebody else has changed a file of the log.
 */
public final class SegmentPreparer implements Duty {
    private static final long IDLE_NANOS = 100_000_000L;

    private final CommitLog log;
    private final LongSupplier nanos;
    private final RoomListener listener;

    /** Told what came of asking for room. */
    public interface RoomListener {
        void room();

        void noRoom(IOException cause);
    }

    public SegmentPreparer(CommitLog log, LongSupplier nanos, RoomListener listener) {
        this.log = log;
        this.nanos = nanos;
        this.listener = listener;
    }

    @Override
    public String role() {
        return "segment-preparer";
    }

    @Override
    public long idleNanos() {
        return IDLE_NANOS;
    }

    @Override
    public int work() {
        try {
            int done = log.prepare(nanos.getAsLong());
            listener.room();
            if (done == 0) {
                log.lookForLoss();
            }
            return done;
        } catch (IOException full) {
            log.lookForLoss();
            listener.noRoom(full);
            return 0;
        }
    }
}
