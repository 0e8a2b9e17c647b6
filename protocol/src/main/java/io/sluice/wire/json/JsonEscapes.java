package io.sluice.wire.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Turns the inside of a JSON string, still in bytes, into plain UTF-8 bytes or a text. */
public final class JsonEscapes {

    private JsonEscapes() {}

    /** @param escaped whether a backslash occurs between the positions; without one nothing is copied twice */
    public static String text(byte[] source, int from, int to, boolean escaped) {
        if (!escaped) {
            return new String(source, from, to - from, StandardCharsets.UTF_8);
        }
        byte[] plain = new byte[to - from];
        int length = unescape(source, from, to, plain, 0);
        return new String(plain, 0, length, StandardCharsets.UTF_8);
    }

    /** The same as {@link #text} in UTF-8 bytes. */
    public static byte[] utf8(byte[] source, int from, int to, boolean escaped) {
        if (!escaped) {
            return Arrays.copyOfRange(source, from, to);
        }
        byte[] plain = new byte[to - from];
        return Arrays.copyOf(plain, unescape(source, from, to, plain, 0));
    }

    /** Writes to {@code plain}, which has room for the length of the source from {@code begin} on; returns where it ends. */
    static int unescape(byte[] source, int from, int to, byte[] plain, int begin) {
        int at = begin;
        int i = from;
        while (i < to) {
            byte b = source[i++];
            if (b != '\\') {
                plain[at++] = b;
                continue;
            }
            if (i >= to) {
                throw new JsonException("a text ends inside an escape");
            }
            byte kind = source[i++];
            switch (kind) {
                case '"', '\\', '/', '\'' -> plain[at++] = kind;
                case 'n' -> plain[at++] = '\n';
                case 'r' -> plain[at++] = '\r';
                case 't' -> plain[at++] = '\t';
                case 'b' -> plain[at++] = '\b';
                case 'f' -> plain[at++] = '\f';
                case 'v' -> plain[at++] = 0x0B;
                case 'u' -> {
                    int point = hex4(source, i, to);
                    i += 4;
                    if (Character.isHighSurrogate((char) point)) {
                        if (i + 6 <= to && source[i] == '\\' && source[i + 1] == 'u') {
                            int low = hex4(source, i + 2, to);
                            if (Character.isLowSurrogate((char) low)) {
                                point = Character.toCodePoint((char) point, (char) low);
                                i += 6;
                            }
                        }
                    }
                    at = utf8(point, plain, at);
                }
                default -> throw new JsonException("unknown escape \\%c in a text".formatted((char) (kind & 0x7F)));
            }
        }
        return at;
    }

    private static int hex4(byte[] source, int from, int to) {
        if (from + 4 > to) {
            throw new JsonException("a text ends inside a \\u escape");
        }
        int value = 0;
        for (int i = from; i < from + 4; i++) {
            int digit = Character.digit(source[i], 16);
            if (digit < 0) {
                throw new JsonException("a \\u escape needs four hexadecimal digits");
            }
            value = value << 4 | digit;
        }
        return value;
    }

    private static int utf8(int point, byte[] plain, int from) {
        int at = from;
        if (point < 0x80) {
            plain[at++] = (byte) point;
        } else if (point < 0x800) {
            plain[at++] = (byte) (0xC0 | point >>> 6);
            plain[at++] = (byte) (0x80 | point & 0x3F);
        } else if (point >= 0xD800 && point <= 0xDFFF) {
            plain[at++] = '?';
        } else if (point < 0x10000) {
            plain[at++] = (byte) (0xE0 | point >>> 12);
            plain[at++] = (byte) (0x80 | point >>> 6 & 0x3F);
            plain[at++] = (byte) (0x80 | point & 0x3F);
        } else {
            plain[at++] = (byte) (0xF0 | point >>> 18);
            plain[at++] = (byte) (0x80 | point >>> 12 & 0x3F);
            plain[at++] = (byte) (0x80 | point >>> 6 & 0x3F);
            plain[at++] = (byte) (0x80 | point & 0x3F);
        }
        return at;
    }
}
