package io.sluice.perf.load;

import io.sluice.runtime.Threads;

/** A thread that receives in a loop until it is told to stop. */
public final class Receiver implements AutoCloseable {

    /** One round of receiving; returns after a short wait when there is nothing. */
    @FunctionalInterface
    public interface Round {
        void run() throws Exception;
    }

    private final Thread thread;
    private final Round last;
    private volatile boolean stopped;
    private volatile Exception failure;

    /**
     * Starts the thread.
     *
     * @param last runs on the same thread when the rounds are over
     */
    public Receiver(String name, Round round, Round last) {
        this.last = last;
        this.thread = Threads.named(name, () -> run(round));
        thread.setDaemon(true);
        thread.start();
    }

    private void run(Round round) {
        try {
            while (!stopped) {
                round.run();
            }
            last.run();
        } catch (Exception failed) {
            failure = failed;
            if (!stopped) {
                System.err.println(thread.getName() + " has ended: " + failed);
            }
        }
    }

    /** Waits for the round under way; interrupting ends the wait. */
    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException cut) {
            Thread.currentThread().interrupt();
            return;
        }
        if (failure != null) {
            throw new IllegalStateException(thread.getName() + " failed: " + failure.getMessage(), failure);
        }
    }
}
