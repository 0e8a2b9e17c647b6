package io.sluice.wire.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A growing array of bytes with the few ways of writing that JSON needs. Reusable: {@link #clear} keeps the array unless it
 * has grown beyond {@link #KEEP_BYTES}. Confined to one thread.
 */
public final class JsonBytes {
    private static final int KEEP_BYTES = 64 * 1024;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LONG_MIN = Long.toString(Long.MIN_VALUE).getBytes(StandardCharsets.US_ASCII);
    private static final int LONG_MAX_CHARS = 20;
    private static final int LONG_DIGITS_MAX = 19;
    /** Six bytes for an escaped control character are the worst case of one char. */
    private static final int BYTES_PER_CHAR_MAX = 6;

    private byte[] bytes;
    private int end;

    public JsonBytes(int capacity) {
        bytes = new byte[capacity];
    }

    public JsonBytes clear() {
        if (bytes.length > KEEP_BYTES) {
            bytes = new byte[KEEP_BYTES];
        }
        end = 0;
        return this;
    }

    /** The array written to; valid up to {@link #length} until the next write. */
    public byte[] array() {
        return bytes;
    }

    public int length() {
        return end;
    }

    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, end);
    }

    /** Takes back what was written last; for a separator that turned out superfluous, or to fill in a length. */
    public void setLength(int length) {
        end = length;
    }

    public void raw(byte value) {
        ensure(1);
        bytes[end++] = value;
    }

    public void raw(byte[] value) {
        raw(value, 0, value.length);
    }

    public void raw(byte[] value, int from, int length) {
        ensure(length);
        System.arraycopy(value, from, bytes, end, length);
        end += length;
    }

    public void int16(int value) {
        ensure(2);
        bytes[end++] = (byte) (value >>> 8);
        bytes[end++] = (byte) value;
    }

    public void int32(int value) {
        ensure(4);
        int32At(end, value);
        end += 4;
    }

    /** Overwrites four bytes already written. */
    public void int32At(int position, int value) {
        bytes[position] = (byte) (value >>> 24);
        bytes[position + 1] = (byte) (value >>> 16);
        bytes[position + 2] = (byte) (value >>> 8);
        bytes[position + 3] = (byte) value;
    }

    /** Overwrites two bytes already written. */
    public void int16At(int position, int value) {
        bytes[position] = (byte) (value >>> 8);
        bytes[position + 1] = (byte) value;
    }

    /** The number in decimal. */
    public void decimal(long value) {
        if (value == Long.MIN_VALUE) {
            raw(LONG_MIN);
            return;
        }
        ensure(LONG_MAX_CHARS);
        long rest = value;
        if (rest < 0) {
            bytes[end++] = '-';
            rest = -rest;
        }
        int digits = digits(rest);
        for (int at = end + digits - 1; at >= end; at--) {
            bytes[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        end += digits;
    }

    private static int digits(long value) {
        int digits = 1;
        for (long bound = 10; digits < LONG_DIGITS_MAX && value >= bound; bound *= 10) {
            digits++;
        }
        return digits;
    }

    /** The inside of a JSON string as plain UTF-8. A damaged one throws {@link JsonException} and appends nothing. */
    public void unescaped(byte[] source, int from, int to) {
        ensure(to - from);
        end = JsonEscapes.unescape(source, from, to, bytes, end);
    }

    /** A text in UTF-8 as a JSON string. */
    public void quoted(byte[] utf8, int from, int to) {
        ensure(to - from + 2);
        int at = end;
        bytes[at++] = '"';
        for (int i = from; i < to; i++) {
            byte b = utf8[i];
            if (b < 0x20 || b == '"' || b == '\\' || b == 0x7F) {
                quoted(new String(utf8, from, to - from, StandardCharsets.UTF_8));
                return;
            }
            bytes[at++] = b;
        }
        bytes[at++] = '"';
        end = at;
    }

    /** The text in UTF-8, without quotes or escapes. An unpaired surrogate becomes a question mark. */
    public void utf8(String text) {
        int length = text.length();
        ensure(length);
        int at = end;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                raw(text.getBytes(StandardCharsets.UTF_8));
                return;
            }
            bytes[at++] = (byte) c;
        }
        end = at;
    }

    /** The text as a JSON string, in quotes, with what must be escaped escaped. */
    public void quoted(String text) {
        int length = text.length();
        ensure(length + 2);
        int at = end;
        bytes[at++] = '"';
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c < 0x20 || c == '"' || c == '\\' || c >= 0x7F) {
                end = at;
                quotedFrom(text, i);
                return;
            }
            bytes[at++] = (byte) c;
        }
        bytes[at++] = '"';
        end = at;
    }

    private void quotedFrom(String text, int from) {
        int length = text.length();
        ensure((length - from) * BYTES_PER_CHAR_MAX + 1);
        int at = end;
        for (int i = from; i < length; i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                bytes[at++] = '\\';
                bytes[at++] = (byte) c;
            } else if (c < 0x20 || c == 0x7F) {
                at = escaped(c, at);
            } else if (c < 0x80) {
                bytes[at++] = (byte) c;
            } else if (c < 0x800) {
                bytes[at++] = (byte) (0xC0 | c >>> 6);
                bytes[at++] = (byte) (0x80 | c & 0x3F);
            } else if (Character.isHighSurrogate(c) && i + 1 < length && Character.isLowSurrogate(text.charAt(i + 1))) {
                int point = Character.toCodePoint(c, text.charAt(++i));
                bytes[at++] = (byte) (0xF0 | point >>> 18);
                bytes[at++] = (byte) (0x80 | point >>> 12 & 0x3F);
                bytes[at++] = (byte) (0x80 | point >>> 6 & 0x3F);
                bytes[at++] = (byte) (0x80 | point & 0x3F);
            } else if (Character.isSurrogate(c)) {
                bytes[at++] = '?';
            } else {
                bytes[at++] = (byte) (0xE0 | c >>> 12);
                bytes[at++] = (byte) (0x80 | c >>> 6 & 0x3F);
                bytes[at++] = (byte) (0x80 | c & 0x3F);
            }
        }
        bytes[at++] = '"';
        end = at;
    }

    private int escaped(char c, int from) {
        int at = from;
        bytes[at++] = '\\';
        switch (c) {
            case '\n' -> bytes[at++] = 'n';
            case '\r' -> bytes[at++] = 'r';
            case '\t' -> bytes[at++] = 't';
            default -> {
                bytes[at++] = 'u';
                bytes[at++] = '0';
                bytes[at++] = '0';
                bytes[at++] = HEX[c >>> 4];
                bytes[at++] = HEX[c & 0xF];
            }
        }
        return at;
    }

    private void ensure(int more) {
        if (bytes.length - end < more) {
            long wanted = Math.max((long) end + more, bytes.length * 2L);
            if ((long) end + more > Integer.MAX_VALUE - 8) {
                throw new JsonException("text grows beyond 2 GiB");
            }
            bytes = Arrays.copyOf(bytes, (int) Math.min(wanted, Integer.MAX_VALUE - 8));
        }
    }
}
