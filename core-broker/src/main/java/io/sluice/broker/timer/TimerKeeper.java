package io.sluice.broker.timer;

import io.sluice.model.SluiceException;
import io.sluice.runtime.Duty;
import io.sluice.runtime.DutyThread;
import io.sluice.store.MessageStore;
import io.sluice.store.file.Disk;
import io.sluice.store.file.StoreIoException;
import io.sluice.store.table.TableFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The slow work of the timer, on the {@code timer-keeper} thread: saves snapshots, deletes runs that no snapshot names, and
 * merges runs. One of each at a time; the timer thread asks and goes on.
 *
 * <p>A snapshot says what was delivered, so it is saved only when the log is on the disk up to the moment of the snapshot:
 * otherwise a power cut could take a message and leave the note that it was delivered.
 */
final class TimerKeeper implements Duty, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TimerKeeper.class);
    private static final long RETRY_MS = 10_000;
    private static final long WAIT_NANOS = 200_000_000L;
    private static final long LONGEST_SLEEP_NANOS = 60_000_000_000L;

    private final MessageStore store;
    private final Disk disk;
    private final Path directory;
    private final TableFile file;
    private final InstantSource clock;
    private final AtomicReference<Captured> captured = new AtomicReference<>();
    private final AtomicReference<Ordered> ordered = new AtomicReference<>();
    private final AtomicReference<Merged> merged = new AtomicReference<>();
    private long notBeforeMs;
    private volatile DutyThread thread;

    /**
     * @param runs    those that the snapshot names, held
     * @param retired those that no later snapshot names
     * @param logEnd  end of the log when the snapshot was taken
     */
    record Captured(TimerSnapshot snapshot, List<Run> runs, List<Run> retired, long logEnd) {}

    /** @param index does the merge */
    record Ordered(TimerIndex index, TimerIndex.MergeOrder order) {}

    record Merged(List<Long> inputs, Run run) {}

    TimerKeeper(MessageStore store, Disk disk, Path directory, TableFile file, InstantSource clock) {
        this.store = store;
        this.disk = disk;
        this.directory = directory;
        this.file = file;
        this.clock = clock;
    }

    void start() {
        thread = DutyThread.start(this);
    }

    boolean isSaving() {
        return captured.get() != null;
    }

    boolean isMerging() {
        return ordered.get() != null || merged.get() != null;
    }

    void save(Captured snapshot) {
        captured.set(snapshot);
        wake();
    }

    void merge(Ordered order) {
        ordered.set(order);
        wake();
    }

    private void wake() {
        DutyThread running = thread;
        if (running != null) {
            running.wake();
        }
    }

    /** A merge that is done, told once. */
    Optional<Merged> takeMerged() {
        return Optional.ofNullable(merged.getAndSet(null));
    }

    @Override
    public int work() {
        long now = clock.millis();
        // Not after a step of the clock back, which would make the pause last as long as the step.
        if (now < notBeforeMs && notBeforeMs - now <= RETRY_MS) {
            return 0;
        }
        try {
            return mergeOrdered() + saveCaptured();
        } catch (SluiceException failed) {
            notBeforeMs = clock.millis() + RETRY_MS;
            log.error("the timer index could not be saved; the next try is in {} ms", RETRY_MS, failed);
            return 0;
        }
    }

    private int mergeOrdered() {
        Ordered order = ordered.get();
        if (order == null) {
            return 0;
        }
        List<Long> inputs =
                order.order.inputs().stream().map(input -> input.run().id()).toList();
        try {
            merged.set(new Merged(inputs, order.index.merge(order.order)));
        } finally {
            ordered.set(null);
        }
        return 1;
    }

    private int saveCaptured() {
        Captured snapshot = captured.get();
        if (snapshot == null || store.health().flushedTo() < snapshot.logEnd) {
            return 0;
        }
        snapshot.runs.forEach(Run::force);
        if (!snapshot.runs.isEmpty()) {
            try {
                disk.syncDirectory(directory);
            } catch (IOException failed) {
                throw new StoreIoException("directory %s cannot be forced".formatted(directory), failed);
            }
        }
        file.save(snapshot.snapshot.text());
        captured.set(null);
        snapshot.runs.forEach(Run::release);
        for (Run run : snapshot.retired) {
            run.delete();
            run.release();
        }
        return 1;
    }

    @Override
    public long idleNanos() {
        return captured.get() != null ? WAIT_NANOS : LONGEST_SLEEP_NANOS;
    }

    @Override
    public String role() {
        return "timer-keeper";
    }

    /** Ends the thread and gives back what it holds; a snapshot that is not saved yet is not needed. Twice is harmless. */
    @Override
    public void close() {
        DutyThread running = thread;
        if (running != null) {
            running.close();
        }
        Captured left = captured.getAndSet(null);
        if (left != null) {
            left.runs.forEach(Run::release);
            left.retired.forEach(Run::release);
        }
        Ordered undone = ordered.getAndSet(null);
        if (undone != null) {
            undone.order.inputs().forEach(input -> input.run().release());
        }
        takeMerged().ifPresent(done -> done.run().release());
    }
}
