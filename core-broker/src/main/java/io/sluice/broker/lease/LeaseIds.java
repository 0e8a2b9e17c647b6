package io.sluice.broker.lease;

import java.util.concurrent.atomic.AtomicLong;

/** Numbers for leases, never 0 and not those of an earlier run but by a chance of about one in 2^60. Any thread. */
final class LeaseIds {
    private final AtomicLong last;

    /** @param start a random number, so that numbers of two runs of the broker do not meet */
    LeaseIds(long start) {
        last = new AtomicLong(start);
    }

    long next() {
        long id = last.incrementAndGet();
        return id != 0 ? id : last.incrementAndGet();
    }
}
