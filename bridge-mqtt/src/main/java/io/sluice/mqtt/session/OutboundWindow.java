package io.sluice.mqtt.session;

import io.sluice.mqtt.deliver.Loan;
import io.sluice.mqtt.message.ProtocolViolation;
import io.sluice.mqtt.message.ReasonCode;
import java.util.HashMap;
import java.util.Map;

/**
 * Messages sent to the client that it has not acknowledged, and their packet identifiers (MQTT-5.0 §4.3, §4.9, §2.2.1).
 * Confined to the event loop of the session.
 */
final class OutboundWindow {
    private static final int PACKET_ID_MAX = 65_535;

    /** What the client still owes. */
    enum Owed {
        /** QoS 1: its PUBACK. */
        PUBACK,
        /** QoS 2: its PUBREC. */
        PUBREC,
        /** QoS 2, released: its PUBCOMP. */
        PUBCOMP
    }

    private record Sent(Owed owed, Loan loan) {}

    private final int max;
    private final Map<Integer, Sent> sent = new HashMap<>();
    private int lastId;

    /** @param max how many at once, 1..65535 */
    OutboundWindow(int max) {
        this.max = max;
    }

    boolean isFull() {
        return sent.size() >= max;
    }

    /** An identifier that is not in use. The window is not full. */
    int reserve(int qos, Loan loan) {
        if (isFull()) {
            throw new IllegalStateException("window of %d messages is full".formatted(max));
        }
        do {
            lastId = lastId == PACKET_ID_MAX ? 1 : lastId + 1;
        } while (sent.containsKey(lastId));
        sent.put(lastId, new Sent(qos == 1 ? Owed.PUBACK : Owed.PUBREC, loan));
        return lastId;
    }

    /** Takes the identifier back: nothing was sent with it. */
    void takeBack(int packetId) {
        sent.remove(packetId);
    }

    /** A PUBACK came, whatever its reason (MQTT-5.0 §4.4). An identifier that is not in use is ignored. */
    void acknowledged(int packetId) {
        Sent message = sent.get(packetId);
        if (message != null) {
            require(packetId, message.owed(), Owed.PUBACK);
            sent.remove(packetId);
            message.loan().done();
        }
    }

    /** A PUBREC came; whether the identifier is in use, so that PUBREL is due. */
    boolean received(int packetId) {
        Sent message = sent.get(packetId);
        if (message == null) {
            return false;
        }
        if (message.owed() != Owed.PUBCOMP) {
            require(packetId, message.owed(), Owed.PUBREC);
            sent.put(packetId, new Sent(Owed.PUBCOMP, Loan.NONE));
            message.loan().done();
        }
        return true;
    }

    /** A PUBREC came that refuses the message: it ends there (MQTT-5.0 §4.3.3). */
    void refused(int packetId) {
        Sent message = sent.get(packetId);
        if (message != null) {
            require(packetId, message.owed(), Owed.PUBREC);
            sent.remove(packetId);
            message.loan().done();
        }
    }

    /** A PUBCOMP came. An identifier that is not in use is ignored. */
    void completed(int packetId) {
        Sent message = sent.get(packetId);
        if (message != null) {
            require(packetId, message.owed(), Owed.PUBCOMP);
            sent.remove(packetId);
        }
    }

    /** The session is over: what the client does not have yet goes back to those it is shared with. */
    void close() {
        sent.values().forEach(message -> message.loan().giveBack());
        sent.clear();
    }

    private static void require(int packetId, Owed is, Owed wanted) {
        if (is != wanted) {
            throw new ProtocolViolation(
                    ReasonCode.PROTOCOL_ERROR,
                    "%s for packet identifier %d, of which %s is due".formatted(wanted, packetId, is));
        }
    }
}
