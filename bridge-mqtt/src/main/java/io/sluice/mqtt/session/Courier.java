package io.sluice.mqtt.session;

import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.sluice.mqtt.deliver.Inbox;
import io.sluice.mqtt.deliver.Traffic;
import io.sluice.mqtt.message.PublishPackets;
import io.sluice.mqtt.message.ReasonCode;

/**
 * Takes messages out of the inbox to the client: in order, no more unacknowledged than the window allows, no faster than the
 * client reads. Confined to the event loop of the session.
 */
final class Courier {
    private final Inbox inbox;
    private final Client client;
    private final ClientLink link;
    private final OutboundWindow window;
    private final Traffic traffic;

    Courier(Client client, Inbox inbox, int windowMax, Traffic traffic) {
        this.client = client;
        this.link = client.link();
        this.inbox = inbox;
        this.window = new OutboundWindow(Math.min(windowMax, client.request().receiveMaximum()));
        this.traffic = traffic;
    }

    /** Sends what may be sent now. Called when the inbox gets something, the window opens, or the client reads again. */
    void carry() {
        boolean written = false;
        while (link.isWritable()) {
            Inbox.Item next = inbox.peek();
            if (next == null || next.qos() > 0 && window.isFull()) {
                break;
            }
            Inbox.Item item = inbox.poll();
            if (item != null && send(item)) {
                written = true;
            }
        }
        if (written) {
            link.flush();
        }
    }

    private boolean send(Inbox.Item item) {
        long now = System.currentTimeMillis();
        if (item.delivery().isExpired(now)) {
            traffic.droppedExpired.increment();
            item.loan().done();
            return false;
        }
        int packetId = item.qos() > 0 ? window.reserve(item.qos(), item.loan()) : 0;
        boolean withProperties = client.version() == ProtocolVersion.V5;
        MqttPublishMessage packet = PublishPackets.write(
                item.delivery(), item.qos(), packetId, item.subscriptionIds(), withProperties, now);
        if (withProperties
                && PublishPackets.encodedBytes(packet) > client.request().packetMax()) {
            window.takeBack(packetId);
            packet.release();
            traffic.droppedTooLarge.increment();
            item.loan().done();
            return false;
        }
        link.write(packet);
        traffic.delivered.increment();
        if (item.qos() == 0) {
            item.loan().done();
        }
        return true;
    }

    void pubAck(int packetId) {
        window.acknowledged(packetId);
        carry();
    }

    void pubRec(int packetId, boolean refused) {
        if (refused) {
            window.refused(packetId);
            carry();
            return;
        }
        ReasonCode reason = window.received(packetId) ? ReasonCode.SUCCESS : ReasonCode.PACKET_IDENTIFIER_NOT_FOUND;
        link.write(client.packets().pubRel(packetId, reason));
        link.flush();
    }

    void pubComp(int packetId) {
        window.completed(packetId);
        carry();
    }

    /** The session is over. */
    void close() {
        inbox.close();
        window.close();
    }
}
