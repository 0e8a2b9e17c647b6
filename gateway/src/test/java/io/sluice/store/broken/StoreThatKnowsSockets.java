package io.sluice.store.broken;

/** Breaks on purpose: the store knows no socket; it sleeps, makes a thread, and keeps a mutable static. */
final class StoreThatKnowsSockets {
    static int mutable;

    io.netty.buffer.ByteBuf socketBytes;

    void sleep() throws InterruptedException {
        Thread.sleep(1);
        new Thread(() -> {}).start();
    }
}
