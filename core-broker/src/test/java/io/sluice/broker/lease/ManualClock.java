package io.sluice.broker.lease;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that tests move. */
final class ManualClock implements InstantSource {
    private volatile long nowMs = 1_700_000_000_000L;

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(nowMs);
    }

    @Override
    public long millis() {
        return nowMs;
    }

    void pass(Duration time) {
        nowMs += time.toMillis();
    }
}
