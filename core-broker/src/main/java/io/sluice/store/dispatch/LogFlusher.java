package io.sluice.store.dispatch;

import io.sluice.runtime.Duty;
import io.sluice.store.log.AppendResult.Reason;
import io.sluice.store.log.AppendResult.Refused;
import io.sluice.store.log.CommitLog;
import io.sluice.store.log.FlushMode;
import java.io.IOException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the log durable: at once when senders wait for it, else now and then. One flush serves everybody who came before it
 * began. A flush that fails is the last: after it nobody can know what is on the disk, so nothing is acknowledged any more.
 */
public final class LogFlusher implements Duty {
    private static final long PAGE_BYTES = 4096;
    private static final long SLOW_NANOS = 1_000_000_000L;

    private static final Logger log = LoggerFactory.getLogger(LogFlusher.class);

    private final CommitLog commitLog;
    private final Confirmations confirmations;
    private final Admission admission;
    private final FlushMode mode;
    private final LongSupplier nanos;
    private final long intervalNanos;
    private final long thoroughNanos;
    private final long leastBytes;
    private long flushedAtNanos;
    private boolean failed;

    LogFlusher(
            CommitLog commitLog,
            Confirmations confirmations,
            Admission admission,
            AppendRules rules,
            LongSupplier nanos) {
        this.commitLog = commitLog;
        this.confirmations = confirmations;
        this.admission = admission;
        this.mode = rules.flushMode();
        this.nanos = nanos;
        this.intervalNanos = rules.flushIntervalMs() * 1_000_000L;
        this.thoroughNanos = rules.flushThoroughMs() * 1_000_000L;
        this.leastBytes = rules.flushLeastPages() * PAGE_BYTES;
        this.flushedAtNanos = nanos.getAsLong();
    }

    @Override
    public String role() {
        return "log-flusher";
    }

    @Override
    public long idleNanos() {
        return intervalNanos / 2;
    }

    @Override
    public int work() {
        long waiting = commitLog.end() - commitLog.flushedTo();
        if (waiting == 0) {
            return 0;
        }
        long since = nanos.getAsLong() - flushedAtNanos;
        boolean due = mode == FlushMode.SYNC_FLUSH
                || since >= intervalNanos && waiting >= leastBytes
                || since >= thoroughNanos;
        return due && flush() ? 1 : 0;
    }

    /**
     * Flushes now, on the caller's thread.
     *
     * @return whether everything that was in the log at the call is on the disk
     */
    public synchronized boolean flush() {
        if (failed) {
            return false;
        }
        long began = nanos.getAsLong();
        long from = commitLog.flushedTo();
        try {
            long flushedTo = commitLog.flush();
            flushedAtNanos = nanos.getAsLong();
            if (flushedAtNanos - began > SLOW_NANOS) {
                log.warn(
                        "flushing the log took {} ms: from={} bytes={}",
                        (flushedAtNanos - began) / 1_000_000,
                        from,
                        flushedTo - from);
            }
            confirmations.confirm(flushedTo);
            return true;
        } catch (IOException | RuntimeException | InternalError refused) {
            fail(from, refused);
            return false;
        }
    }

    private void fail(long from, Throwable cause) {
        failed = true;
        log.error("flushing the log from offset {} on failed", from, cause);
        String sentence =
                ("the disk did not take the log from offset %d on (%s); check the disk, then restart: what it holds is found out"
                                + " when the store is opened")
                        .formatted(from, cause.getMessage());
        admission.readOnly(sentence);
        confirmations.fail(new Refused(Reason.FLUSH_FAILED, sentence));
    }
}
