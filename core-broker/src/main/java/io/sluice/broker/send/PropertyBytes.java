package io.sluice.broker.send;

import io.sluice.wire.message.PropertiesCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Properties in their stored form, being written; used again for the next message. Confined to one thread. */
final class PropertyBytes {
    private static final int FIRST_CAPACITY = 1024;
    private static final int ASCII_END = 0x80;

    private byte[] bytes = new byte[FIRST_CAPACITY];
    private ByteBuffer view = ByteBuffer.wrap(bytes);
    private int length;

    PropertyBytes clear() {
        length = 0;
        return this;
    }

    int length() {
        return length;
    }

    /** Appends text that is in stored form already. */
    PropertyBytes text(String text) {
        int chars = text.length();
        reserve(chars);
        for (int i = 0; i < chars; i++) {
            char c = text.charAt(i);
            if (c >= ASCII_END) {
                return raw(text.substring(i).getBytes(StandardCharsets.UTF_8));
            }
            bytes[length++] = (byte) c;
        }
        return this;
    }

    PropertyBytes raw(byte[] more) {
        reserve(more.length);
        System.arraycopy(more, 0, bytes, length, more.length);
        length += more.length;
        return this;
    }

    PropertyBytes pairEnd() {
        reserve(1);
        bytes[length++] = PropertiesCodec.PAIR_END;
        return this;
    }

    PropertyBytes pair(String name, String value) {
        text(name);
        reserve(1);
        bytes[length++] = PropertiesCodec.NAME_END;
        return text(value).pairEnd();
    }

    private void reserve(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, 2 * bytes.length));
            view = ByteBuffer.wrap(bytes);
        }
    }

    /** What was written, valid until the next {@link #clear}. */
    ByteBuffer view() {
        return view.clear().limit(length);
    }

    /** A copy of what was written. */
    ByteBuffer copy() {
        return ByteBuffer.wrap(Arrays.copyOf(bytes, length));
    }
}
