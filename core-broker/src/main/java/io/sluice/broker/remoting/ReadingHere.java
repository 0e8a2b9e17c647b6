package io.sluice.broker.remoting;

import io.sluice.broker.group.OrderLocks;
import io.sluice.transport.Peer;
import io.sluice.transport.PeerSlot;

/**
 * What the locks of one connection's readers are tied to: a reader whose connection has ended reads nothing any more, and the
 * next one need not wait until the lock is over.
 */
final class ReadingHere {
    private static final PeerSlot<ReadingHere> SLOT = PeerSlot.named("locks of readers");

    private ReadingHere() {}

    /** That of the connection; to be called on its event loop. */
    static ReadingHere of(Peer peer, OrderLocks locks) {
        return peer.get(SLOT).orElseGet(() -> {
            ReadingHere made = new ReadingHere();
            peer.put(SLOT, made);
            peer.onClose(() -> locks.ended(made));
            return made;
        });
    }
}
