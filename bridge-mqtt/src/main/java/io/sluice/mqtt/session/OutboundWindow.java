package io.sluice.mqtt.session;

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

    private final int max;
    private final Map<Integer, Owed> owed = new HashMap<>();
    private int lastId;

    /** @param max how many at once, 1..65535 */
    OutboundWindow(int max) {
        this.max = max;
    }

    boolean isFull() {
        return owed.size() >= max;
    }

    /** An identifier that is not in use. The window is not full. */
    int reserve(int qos) {
        if (isFull()) {
            throw new IllegalStateException("window of %d messages is full".formatted(max));
        }
        do {
            lastId = lastId == PACKET_ID_MAX ? 1 : lastId + 1;
        } while (owed.containsKey(lastId));
        owed.put(lastId, qos == 1 ? Owed.PUBACK : Owed.PUBREC);
        return lastId;
    }

    /** Takes the identifier back: nothing was sent with it. */
    void giveBack(int packetId) {
        owed.remove(packetId);
    }

    /** A PUBACK came. An identifier that is not in use is ignored. */
    void acknowledged(int packetId) {
        Owed state = owed.get(packetId);
        if (state != null) {
            require(packetId, state, Owed.PUBACK);
            owed.remove(packetId);
        }
    }

    /** A PUBREC came; whether the identifier is in use, so that PUBREL is due. */
    boolean received(int packetId) {
        Owed state = owed.get(packetId);
        if (state == null) {
            return false;
        }
        if (state != Owed.PUBCOMP) {
            require(packetId, state, Owed.PUBREC);
            owed.put(packetId, Owed.PUBCOMP);
        }
        return true;
    }

    /** A PUBREC came that refuses the message: it ends there (MQTT-5.0 §4.3.3). */
    void refused(int packetId) {
        Owed state = owed.get(packetId);
        if (state != null) {
            require(packetId, state, Owed.PUBREC);
            owed.remove(packetId);
        }
    }

    /** A PUBCOMP came. An identifier that is not in use is ignored. */
    void completed(int packetId) {
        Owed state = owed.get(packetId);
        if (state != null) {
            require(packetId, state, Owed.PUBCOMP);
            owed.remove(packetId);
        }
    }

    private static void require(int packetId, Owed is, Owed wanted) {
        if (is != wanted) {
            throw new ProtocolViolation(
                    ReasonCode.PROTOCOL_ERROR,
                    "%s for packet identifier %d, of which %s is due".formatted(wanted, packetId, is));
        }
    }
}
