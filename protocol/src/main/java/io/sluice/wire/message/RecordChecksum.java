package io.sluice.wire.message;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * The checksum over a whole record that some brokers append as its last property: {@code __CRC32#}, 01, ten decimal digits,
 * 02. The digits come lowest first and stand for the CRC-32 of everything before these 20 bytes, masked. The format is on
 * docs/formats/commit-log.md. Stateless.
 */
public final class RecordChecksum {
    public static final int BYTES = 20;

    /** {@code __CRC32#} as one number. */
    private static final long NAME = 0x5F5F435243333223L;

    private static final int VALUE_AT = 8;
    private static final int DIGITS = 10;
    private static final byte NAME_END = 1;
    private static final byte VALUE_END = 2;

    private RecordChecksum() {}

    /** Whether properties that end at this position, exclusive, end with such a checksum; there are at least 20 bytes. */
    static boolean endsAt(ByteBuffer bytes, int end) {
        int at = end - BYTES;
        return bytes.getLong(at) == NAME && bytes.get(at + VALUE_AT) == NAME_END && bytes.get(end - 1) == VALUE_END;
    }

    /** Whether the checksum that the record from {@code start} to {@code end} ends with is the right one. */
    static boolean matches(ByteBuffer bytes, int start, int end) {
        long value = 0;
        for (int i = DIGITS; i > 0; i--) {
            int digit = bytes.get(end - BYTES + VALUE_AT + i) - '0';
            if (digit < 0 || digit > 9) {
                return false;
            }
            value = value * 10 + digit;
        }
        CRC32 crc = new CRC32();
        RecordCheck.update(crc, bytes, start, end - BYTES - start);
        return value == (crc.getValue() & MessageLayout.CRC_MASK);
    }

    /** The message without a checksum that belongs to another record: one that was read and is stored again. */
    public static NewRecord without(NewRecord message) {
        ByteBuffer properties = message.properties();
        if (properties.remaining() < BYTES || !endsAt(properties, properties.limit())) {
            return message;
        }
        return message.withProperties(properties.slice(properties.position(), properties.remaining() - BYTES));
    }
}
