package io.sluice.client.send;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * How many bytes of sends may be under way at once. A send larger than the whole bound counts as the bound: it waits until
 * it is alone, and then goes. Any thread; waiters are served in the order they came.
 */
final class InFlightBound {
    private final int bytesMax;
    private final Semaphore room;

    InFlightBound(int bytesMax) {
        this.bytesMax = bytesMax;
        this.room = new Semaphore(bytesMax, true);
    }

    /** Takes the bytes if there is room now. */
    boolean tryTake(int bytes) {
        return room.tryAcquire(counted(bytes));
    }

    /** Takes the bytes, waiting for room; false when the time is over or the thread was interrupted (its flag stays set). */
    boolean take(int bytes, long waitMs) {
        try {
            return room.tryAcquire(counted(bytes), waitMs, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** One send of this size has ended. */
    void giveBack(int bytes) {
        giveBackSum(counted(bytes));
    }

    /** @param counted sum of what was {@linkplain #counted counted} for the sends that have ended */
    void giveBackSum(int counted) {
        if (counted > 0) {
            room.release(counted);
        }
    }

    /** What a send of this size takes. */
    int counted(int bytes) {
        return Math.min(bytes, bytesMax);
    }

    int bytesTaken() {
        return bytesMax - room.availablePermits();
    }

    int bytesMax() {
        return bytesMax;
    }
}
