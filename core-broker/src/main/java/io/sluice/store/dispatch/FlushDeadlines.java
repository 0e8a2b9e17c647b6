package io.sluice.store.dispatch;

import io.sluice.runtime.Duty;
import java.util.function.LongSupplier;

/** Answers senders that wait for the disk longer than allowed; on a thread of its own because the flusher may be stuck. */
public final class FlushDeadlines implements Duty {
    private static final long TICK_NANOS = 50_000_000L;

    private final Confirmations confirmations;
    private final LongSupplier nanos;

    FlushDeadlines(Confirmations confirmations, LongSupplier nanos) {
        this.confirmations = confirmations;
        this.nanos = nanos;
    }

    /** Always 0: one look per tick is enough. */
    @Override
    public int work() {
        confirmations.expire(nanos.getAsLong());
        return 0;
    }

    @Override
    public long idleNanos() {
        return TICK_NANOS;
    }

    @Override
    public String role() {
        return "flush-deadlines";
    }
}
