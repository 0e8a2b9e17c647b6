package io.sluice.broker.remoting;

import io.sluice.transport.Peer;
import io.sluice.transport.PeerSlot;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Reads of one connection that wait for messages; given up when the connection ends. */
final class OpenPulls {
    private static final PeerSlot<OpenPulls> SLOT = PeerSlot.named("waiting pulls");

    private final Set<CompletableFuture<?>> waiting = ConcurrentHashMap.newKeySet();

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
    }

    private void giveUp() {
        waiting.forEach(read -> read.cancel(false));
    }
}
