package io.sluice.broker.unit;

import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** How many units are on their way into the log, and how many bytes of messages with them. Safe for many threads. */
final class Traffic {
    private final int countMax;
    private final long bytesMax;
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    Traffic(int countMax, long bytesMax) {
        this.countMax = countMax;
        this.bytesMax = bytesMax;
    }

    /** @throws RefusedException when too much is on its way already */
    void enter(long more) {
        if (bytes.addAndGet(more) > bytesMax) {
            bytes.addAndGet(-more);
            throw full("units of work with %d bytes".formatted(bytesMax));
        }
        if (count.incrementAndGet() > countMax) {
            leave(more);
            throw full("%d units of work".formatted(countMax));
        }
    }

    private static RefusedException full(String what) {
        return new RefusedException(
                Refusal.OVERLOADED, what + " are on their way, which is the limit; try again later");
    }

    void leave(long less) {
        count.decrementAndGet();
        bytes.addAndGet(-less);
    }
}
