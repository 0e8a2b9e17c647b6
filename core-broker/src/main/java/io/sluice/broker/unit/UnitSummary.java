package io.sluice.broker.unit;

import java.nio.ByteBuffer;

/**
 * What operators are told of a unit.
 *
 * @param sinceMs     when it was prepared, epoch milliseconds
 * @param settlements of leases
 * @param bytes       bodies and properties of the messages
 */
record UnitSummary(long sinceMs, int settlements, long bytes) {
    static final int BYTES = 20;

    void putTo(ByteBuffer to) {
        to.putLong(sinceMs).putInt(settlements).putLong(bytes);
    }

    ByteBuffer encode() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        putTo(bytes);
        return bytes.flip();
    }

    /** @throws IllegalArgumentException when there are too few bytes */
    static UnitSummary readFrom(ByteBuffer from) {
        if (from.remaining() < BYTES) {
            throw new IllegalArgumentException(
                    "%d bytes are no summary of a unit, which has %d".formatted(from.remaining(), BYTES));
        }
        return new UnitSummary(from.getLong(), from.getInt(), from.getLong());
    }
}
