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
 * The first record of a unit's bundle. Its id is its key, so that it is found as messages are; docs/formats/units.md has the
 * picture.
 *
 * @param id          empty for a unit without one
 * @param fingerprint of what was asked for, see {@link Fingerprint}
 * @param messages    how many of the records behind it are the unit's messages, in order
 */
record UnitRecord(String id, int fingerprint, int messages) {
    static final int QUEUE_ID = 0;
    private static final byte VERSION = 1;
    private static final byte COMMITTED = 1;
    private static final int BODY_BYTES = 10;
    private static final InetSocketAddress NOBODY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    NewRecord encode() {
        ByteBuffer body = ByteBuffer.allocate(BODY_BYTES)
                .put(VERSION)
                .put(COMMITTED)
                .putInt(fingerprint)
                .putInt(messages)
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
        if (!record.topic().equals(SystemTopics.UNIT) || body.remaining() < BODY_BYTES) {
            throw new IllegalArgumentException("a record of %s with %d bytes is no unit; expected %s and at least %d"
                    .formatted(record.topic(), body.remaining(), SystemTopics.UNIT, BODY_BYTES));
        }
        byte version = body.get();
        byte kind = body.get();
        if (version != VERSION || kind != COMMITTED) {
            throw new IllegalArgumentException(
                    "unit of version %d and kind %d, expected %d and %d; a newer release wrote it"
                            .formatted(version, kind, VERSION, COMMITTED));
        }
        String id = record.property(PropertyNames.KEYS);
        return new UnitRecord(id == null ? "" : id, body.getInt(), body.getInt());
    }
}
