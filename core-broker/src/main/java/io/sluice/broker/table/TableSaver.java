package io.sluice.broker.table;

import io.sluice.tail.Later;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a table to its file, on the housekeeping thread: many changes made at about the same time cost one write.
 *
 * <p>Safe for many threads. When the disk refuses, that is logged and the table is written again a little later; whoever
 * waits for the write that failed is told so. However many writes fail, one waits to be tried again, and only the first is logged
 * until then.
 */
public final class TableSaver {
    private static final Logger log = LoggerFactory.getLogger(TableSaver.class);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);

    private final String what;
    private final Later later;
    private final Supplier<String> content;
    private final Consumer<String> file;

    /** The next write, asked for but not begun; {@code null} when none is. Guarded by this object. */
    private CompletableFuture<Void> asked;

    /** Whether a write that failed waits to be tried again. Guarded by this object. */
    private boolean isRetrying;

    /**
     * @param what    names the table in log lines
     * @param content the table as it is at the moment of the call
     * @param file    writes the whole file, throws when it could not
     */
    public TableSaver(String what, Later later, Supplier<String> content, Consumer<String> file) {
        this.what = what;
        this.later = later;
        this.content = content;
        this.file = file;
    }

    /** Completes when everything that is in the table now is in the file; fails when it could not be written. */
    public CompletionStage<Void> save() {
        CompletableFuture<Void> mine;
        boolean first;
        synchronized (this) {
            first = asked == null;
            if (first) {
                asked = new CompletableFuture<>();
            }
            mine = asked;
        }
        if (first) {
            later.run(Duration.ZERO, this::write);
        }
        return mine.copy();
    }

    /** Writes at once on the calling thread; to be used when nothing changes any more. */
    public void saveNow() {
        write();
    }

    /**
     * Writes at once on the calling thread, for those who must not go on without the file.
     *
     * @throws RuntimeException when it could not be written; it is not tried again
     */
    public void saveOrFail() {
        file.accept(content.get());
    }

    private void write() {
        CompletableFuture<Void> answered;
        synchronized (this) {
            answered = asked == null ? new CompletableFuture<>() : asked;
            asked = null;
        }
        try {
            file.accept(content.get());
            answered.complete(null);
        } catch (RuntimeException refused) {
            answered.completeExceptionally(refused);
            tryAgain(refused);
        }
    }

    private void tryAgain(RuntimeException refused) {
        synchronized (this) {
            if (isRetrying) {
                return;
            }
            isRetrying = true;
        }
        log.error("{} could not be written and is tried again in {}", what, AFTER_FAILURE, refused);
        later.run(AFTER_FAILURE, () -> {
            synchronized (this) {
                isRetrying = false;
            }
            write();
        });
    }
}
