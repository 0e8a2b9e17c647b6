package io.sluice.broker.remoting;

import io.sluice.transport.Peer;
import io.sluice.transport.PeerSlot;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Reads of one connection that wait for messages; given up when the connection ends. */
final class OpenPulls {
    private static final PeerSlot<OpenPulls> SLOT = PeerSlot.named("waiting pulls");

    private final Set<CompletableFuture<?>> waiting = ConcurrentHashMap.newKeySet();
    /** Those of them that the client can take back, by the number it gave them. */
    private final Map<Long, CompletableFuture<?>> named = new ConcurrentHashMap<>();

    /** The connection has ended. */
    private volatile boolean gone;

    private OpenPulls() {}

    /** Those of the connection; to be called on its event loop. */
    static OpenPulls of(Peer peer) {
        return peer.get(SLOT).orElseGet(() -> {
            OpenPulls made = new OpenPulls();
            peer.put(SLOT, made);
            peer.onClose(made::giveUp);
            return made;
        });
    }

    void add(CompletableFuture<?> read) {
        waiting.add(read);
        read.whenComplete((answer, failure) -> waiting.remove(read));
        if (gone) {
            read.cancel(false);
        }
    }

    /** @param name by which the client may take the read back */
    void add(long name, CompletableFuture<?> read) {
        add(read);
        named.put(name, read);
        read.whenComplete((answer, failure) -> named.remove(name, read));
    }

    /** A name that stands for nothing was answered meanwhile. */
    void takeBack(long name) {
        CompletableFuture<?> read = named.get(name);
        if (read != null) {
            read.cancel(false);
        }
    }

    /** Answers every read of the connection that waits, because nothing more will come; any thread. */
    static void sendAway(Peer peer, RuntimeException reason) {
        peer.get(SLOT).ifPresent(open -> open.waiting.forEach(read -> read.completeExceptionally(reason)));
    }

    private void giveUp() {
        gone = true;
        waiting.forEach(read -> read.cancel(false));
    }
}
