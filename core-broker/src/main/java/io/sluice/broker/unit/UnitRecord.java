package io.sluice.broker.unit;

import io.sluice.broker.topic.SystemTopics;
import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import io.sluice.wire.message.PropertiesCodec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * What has happened to a unit: the first record of a bundle. Its id is its key, so that it is found as messages are;
 * docs/formats/units.md has the picture.
 *
 * @param id          empty for a unit without one
 * @param fingerprint of what was asked for, see {@link Fingerprint}
 * @param messages    of the unit; they are the next records where the kind says so
 * @param more        what only some kinds say, between position and limit
 */
record UnitRecord(Kind kind, String id, int fingerprint, int messages, ByteBuffer more) {
    static final int QUEUE_ID = 0;
    private static final byte VERSION = 1;
    private static final int HEAD_BYTES = 10;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final InetSocketAddress NOBODY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    /** What has happened; the place in this list, counted from 1, stands in the log. */
    enum Kind {
        /** The messages follow. */
        COMMITTED,
        /** What was prepared is void. */
        ROLLED_BACK,
        /** The messages follow, in a topic that nobody reads; more: {@link PreparedPart}. */
        PREPARED,
        /** Committed by hand; the messages followed it once. More: {@link UnitSummary}. */
        HEURISTIC_COMMIT,
        /** Rolled back by hand or for its age. More: {@link UnitSummary}. */
        HEURISTIC_ROLLBACK,
        /** The heuristic outcome need not be known any more. */
        FORGOTTEN
    }

    static UnitRecord of(Kind kind, String id, int fingerprint, int messages) {
        return new UnitRecord(kind, id, fingerprint, messages, NOTHING);
    }

    NewRecord encode() {
        ByteBuffer body = ByteBuffer.allocate(HEAD_BYTES + more.remaining())
                .put(VERSION)
                .put((byte) (kind.ordinal() + 1))
                .putInt(fingerprint)
                .putInt(messages)
                .put(more.duplicate())
                .flip();
        MessageProperties properties = MessageProperties.NONE.with(PropertyNames.KEYS, id);
        return new NewRecord(
                SystemTopics.UNIT,
                QUEUE_ID,
                0,
                0,
                0,
                NOBODY,
                0,
                0,
                body,
                ByteBuffer.wrap(PropertiesCodec.encode(properties)),
                true);
    }

    /** @throws IllegalArgumentException when the record says something else; says what */
    static UnitRecord decode(MessageView record) {
        ByteBuffer body = record.storedBody();
        if (!record.topic().equals(SystemTopics.UNIT) || body.remaining() < HEAD_BYTES) {
            throw new IllegalArgumentException("a record of %s with %d bytes is no unit; expected %s and at least %d"
                    .formatted(record.topic(), body.remaining(), SystemTopics.UNIT, HEAD_BYTES));
        }
        byte version = body.get();
        int kind = body.get();
        if (version != VERSION || kind < 1 || kind > Kind.values().length) {
            throw new IllegalArgumentException(
                    "unit of version %d and kind %d, expected %d and 1..%d; a newer release wrote it"
                            .formatted(version, kind, VERSION, Kind.values().length));
        }
        String id = record.property(PropertyNames.KEYS);
        int fingerprint = body.getInt();
        int messages = body.getInt();
        return new UnitRecord(
                Kind.values()[kind - 1],
                id == null ? "" : id,
                fingerprint,
                messages,
                ByteBuffer.allocate(body.remaining()).put(body).flip());
    }
}
