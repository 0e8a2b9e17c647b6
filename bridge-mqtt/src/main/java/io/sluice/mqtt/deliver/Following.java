package io.sluice.mqtt.deliver;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/** One share in the following of one topic or of all; closed exactly once by whoever asked for it, also when it failed. */
final class Following implements AutoCloseable {
    private final CompletionStage<Void> ready;
    private final Runnable end;
    private final AtomicBoolean ended = new AtomicBoolean();

    Following(CompletionStage<Void> ready, Runnable end) {
        this.ready = ready;
        this.end = end;
    }

    /** Completes when every record stored from then on will be delivered; fails when that cannot be. */
    CompletionStage<Void> ready() {
        return ready;
    }

    @Override
    public void close() {
        if (ended.compareAndSet(false, true)) {
            end.run();
        }
    }
}
