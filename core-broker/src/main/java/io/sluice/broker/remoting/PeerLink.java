package io.sluice.broker.remoting;

import io.sluice.broker.group.ClientLink;
import io.sluice.model.GroupName;
import io.sluice.transport.Peer;
import io.sluice.transport.PeerSlot;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.SessionCommands.ConsumerIdsChanged;
import java.util.function.Consumer;

/** A client that has sent a heartbeat, as groups see it. One per connection. */
final class PeerLink implements ClientLink {
    private static final PeerSlot<PeerLink> SLOT = PeerSlot.named("group membership");

    private final Peer peer;

    private PeerLink(Peer peer) {
        this.peer = peer;
    }

    /**
     * The link of the connection, made with its first heartbeat; to be called on the connection's event loop.
     *
     * @param onGone told when the connection has ended
     */
    static PeerLink of(Peer peer, Consumer<PeerLink> onGone) {
        return peer.get(SLOT).orElseGet(() -> {
            PeerLink made = new PeerLink(peer);
            peer.put(SLOT, made);
            peer.onClose(() -> onGone.accept(made));
            return made;
        });
    }

    Peer peer() {
        return peer;
    }

    @Override
    public String address() {
        return Addresses.text(peer.remoteAddress());
    }

    @Override
    public void membersChanged(GroupName group) {
        peer.oneWay(Replies.COMMANDS.request(
                RequestCode.NOTIFY_CONSUMER_IDS_CHANGED, new ConsumerIdsChanged(group.value())));
    }

    @Override
    public void close(String reason) {
        peer.close(reason);
    }
}
