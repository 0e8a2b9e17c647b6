package io.sluice.runtime;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that are not duties: each has a name that says what it does. */
public final class Threads {
    private Threads() {}

    /** A thread that is not started yet. */
    public static Thread named(String name, Runnable work) {
        return new Thread(work, name);
    }

    /** Daemon threads called {@code name-0}, {@code name-1}... */
    public static ThreadFactory daemons(String name) {
        AtomicInteger count = new AtomicInteger();
        return work -> {
            Thread thread = new Thread(work, name + "-" + count.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
    }
}
