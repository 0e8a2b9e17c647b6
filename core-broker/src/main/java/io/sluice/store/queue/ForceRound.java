package io.sluice.store.queue;

import io.sluice.runtime.Threads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;

/**
 * Makes written files durable, and then the directories that have new names in them; when all are, the table that the round
 * began with survives a power cut. Confined to the queue-writer, which may let several threads help it.
 */
final class ForceRound {
    /** Forces on their way at one time at a stop: the file system makes one of many that come together. */
    private static final int HELPERS = 16;
    /** Fewer are not worth a thread. */
    private static final int WORTH_HELPERS = 512;

    private final QueueFiles files;
    private final QueueTable table;
    /** Guarded by this, as long as there are helpers. */
    private final Deque<QueueFiles.FileId> unforced;

    private final Deque<Path> unsynced;
    private Throwable failed;

    ForceRound(QueueFiles files, QueueTable table, Collection<QueueFiles.FileId> unforced, Collection<Path> unsynced) {
        this.files = files;
        this.table = table;
        this.unforced = new ArrayDeque<>(unforced);
        this.unsynced = new ArrayDeque<>(unsynced);
    }

    QueueTable table() {
        return table;
    }

    Collection<QueueFiles.FileId> unforced() {
        return unforced;
    }

    Collection<Path> unsynced() {
        return unsynced;
    }

    int left() {
        return unforced.size() + unsynced.size();
    }

    boolean isDone() {
        return left() == 0;
    }

    /** Forces the next files or directories; returns how many. After a failure nothing is known of any of them. */
    int slice(int max) throws IOException {
        int done = 0;
        while (done < max && !isDone()) {
            QueueFiles.FileId file = unforced.poll();
            force(file, file == null ? unsynced.poll() : null);
            done++;
        }
        return done;
    }

    /** One or the other; {@code null} for what it is not. */
    private void force(QueueFiles.FileId file, Path directory) throws IOException {
        if (file != null) {
            files.force(file);
        } else {
            files.syncDirectory(directory);
        }
    }

    /**
     * Forces as much as there is time for.
     *
     * @return whether that was all
     */
    boolean finish(LongSupplier nanos, long budgetNanos) throws IOException {
        long began = nanos.getAsLong();
        if (left() >= WORTH_HELPERS) {
            withHelpers(nanos, began, budgetNanos);
        }
        while (!isDone() && nanos.getAsLong() - began <= budgetNanos) {
            slice(1);
        }
        return isDone();
    }

    private void withHelpers(LongSupplier nanos, long began, long budgetNanos) throws IOException {
        List<Thread> helpers = new ArrayList<>();
        ThreadFactory threads = Threads.daemons("queue-force");
        for (int i = 0; i < HELPERS; i++) {
            Thread helper = threads.newThread(() -> {
                while (nanos.getAsLong() - began <= budgetNanos && helpOnce()) {
                    // one file at a time, until there is none or the time is over
                }
            });
            helper.start();
            helpers.add(helper);
        }
        boolean interrupted = false;
        for (Thread helper : helpers) {
            while (helper.isAlive()) {
                try {
                    helper.join();
                } catch (InterruptedException later) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        rethrow();
    }

    /** {@code false} when nothing is left, or a force has failed. */
    private boolean helpOnce() {
        QueueFiles.FileId file;
        Path directory;
        synchronized (this) {
            if (failed != null || isDone()) {
                return false;
            }
            file = unforced.poll();
            directory = file == null ? unsynced.poll() : null;
        }
        try {
            force(file, directory);
            return true;
        } catch (IOException | RuntimeException | Error refused) {
            synchronized (this) {
                failed = refused;
            }
            return false;
        }
    }

    private synchronized void rethrow() throws IOException {
        if (failed instanceof IOException refused) {
            throw refused;
        }
        if (failed != null) {
            throw new IOException("forcing queue files failed", failed);
        }
    }
}
