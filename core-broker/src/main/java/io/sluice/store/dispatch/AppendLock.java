package io.sluice.store.dispatch;

import java.util.concurrent.locks.ReentrantLock;

/**
 * The lock under which log offsets and queue offsets are given. It is held for about as long as a copy of one record takes,
 * which is a small part of what it costs to put a thread to sleep and wake it: so whoever finds it held looks again for a
 * while before sleeping.
 */
public final class AppendLock extends ReentrantLock {
    private static final long serialVersionUID = 1L;
    /** Looks before the sleep: some microseconds, many times what one record takes. */
    private static final int LOOKS = 100;

    @Override
    public void lock() {
        for (int i = 0; i < LOOKS; i++) {
            if (tryLock()) {
                return;
            }
            Thread.onSpinWait();
        }
        super.lock();
    }
}
