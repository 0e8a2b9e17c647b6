package io.sluice.broker.lease;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads what {@link PackedWriter} wrote. Trusts nothing: a number that does not end, a text longer than what is left, or a
 * missing byte is an {@link IllegalArgumentException} that names the position.
 */
final class PackedReader {
    private final ByteBuffer bytes;

    /** @param bytes read between position and limit; not moved */
    PackedReader(ByteBuffer bytes) {
        this.bytes = bytes.slice();
    }

    boolean hasMore() {
        return bytes.hasRemaining();
    }

    int octet() {
        need(1);
        return bytes.get() & 0xFF;
    }

    long number() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            int next = octet();
            value |= (next & 0x7FL) << shift;
            if ((next & 0x80) == 0) {
                return value;
            }
        }
        throw wrong("a number of more than 64 bits");
    }

    /** A number within 0 and a limit. */
    int number(int max) {
        long value = number();
        if (value < 0 || value > max) {
            throw wrong("the number %d, expected 0..%d".formatted(value, max));
        }
        return (int) value;
    }

    long signed() {
        long value = number();
        return value >>> 1 ^ -(value & 1);
    }

    long fixed() {
        need(Long.BYTES);
        return bytes.getLong();
    }

    /** Whether the bytes stand here; then they are passed over. */
    boolean skips(byte[] expected) {
        int at = bytes.position();
        if (bytes.remaining() < expected.length) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if (bytes.get(at + i) != expected[i]) {
                return false;
            }
        }
        bytes.position(at + expected.length);
        return true;
    }

    String text(int maxBytes) {
        int length = number(maxBytes);
        need(length);
        byte[] utf8 = new byte[length];
        bytes.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private void need(int count) {
        if (bytes.remaining() < count) {
            throw wrong("the end, %d bytes early".formatted(count - bytes.remaining()));
        }
    }

    private IllegalArgumentException wrong(String found) {
        return new IllegalArgumentException("packed data, byte %d: found %s".formatted(bytes.position(), found));
    }
}
