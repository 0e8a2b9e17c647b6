package io.sluice.broker.lease;

import io.sluice.model.SluiceException;
import io.sluice.runtime.Duty;
import io.sluice.runtime.DutyThread;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves the fold of the journal, so that opening never replays more than a few megabytes and the journal's records may leave
 * with the log's old segments. Saves on the {@code lease-snapshot} thread when the journal has grown enough, or has grown at
 * all within the last ten minutes.
 *
 * <p>A snapshot speaks of nothing that the disk does not have: the log is forced up to the moment it was taken before it is saved. What
 * a power cut takes from the log would stay in the snapshot otherwise, and a message whose settlement is gone, with all that
 * it was part of, would stay settled.
 */
final class SnapshotKeeper implements Duty, AutoCloseable {
    static final long AGE_MAX_MS = 600_000;

    private static final Logger log = LoggerFactory.getLogger(SnapshotKeeper.class);
    private static final long RETRY_MS = 30_000;
    private static final long LONGEST_SLEEP_NANOS = 1_000_000_000L;

    private final LeaseLog store;
    private final CursorJournal journal;
    private final Supplier<CursorSnapshot> cursors;
    private final KeptText file;
    private final long everyBytes;
    private final InstantSource clock;
    private long savedAtBytes;
    private long savedAtMs;
    private long notBeforeMs;
    private volatile DutyThread thread;

    SnapshotKeeper(
            LeaseLog store,
            CursorJournal journal,
            Supplier<CursorSnapshot> cursors,
            KeptText file,
            long everyBytes,
            InstantSource clock) {
        this.store = store;
        this.journal = journal;
        this.cursors = cursors;
        this.file = file;
        this.everyBytes = everyBytes;
        this.clock = clock;
        this.savedAtMs = clock.millis();
    }

    void start() {
        thread = DutyThread.start(this);
    }

    @Override
    public int work() {
        long now = clock.millis();
        long grown = journal.bytesWritten() - savedAtBytes;
        boolean isDue = grown >= everyBytes || grown > 0 && now - savedAtMs >= AGE_MAX_MS;
        if (!isDue || now < notBeforeMs) {
            return 0;
        }
        try {
            save();
        } catch (SluiceException failed) {
            notBeforeMs = now + RETRY_MS;
            log.error("the snapshot of cursors could not be saved; the next try is in {} ms", RETRY_MS, failed);
        }
        return 1;
    }

    /**
     * Saves at once. Only for the snapshot thread, or while it does not run.
     *
     * @throws SluiceException when the disk did not take the log or the snapshot; the one before stays
     */
    void save() {
        long bytes = journal.bytesWritten();
        String text = cursors.get().text();
        if (!store.force(store.end())) {
            throw new SluiceException("the disk did not take the log that the snapshot of cursors speaks of");
        }
        file.save(text);
        savedAtBytes = bytes;
        savedAtMs = clock.millis();
    }

    @Override
    public long idleNanos() {
        return LONGEST_SLEEP_NANOS;
    }

    @Override
    public String role() {
        return "lease-snapshot";
    }

    /** Ends the thread. Twice is harmless. */
    @Override
    public void close() {
        DutyThread running = thread;
        if (running != null) {
            running.close();
        }
    }
}
