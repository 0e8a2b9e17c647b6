package io.sluice.wire.message;

import io.sluice.model.MessageProperties;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The stored form of properties: {@code name 0x01 value 0x02}, repeated, UTF-8; written with the last separator, read with
 * or without. A repeated name: the last wins. A piece without name, separator or value is dropped.
 */
public final class PropertiesCodec {
    public static final byte NAME_END = 1;
    public static final byte PAIR_END = 2;
    private static final int ASCII_END = 0x80;

    private PropertiesCodec() {}

    public static byte[] encode(MessageProperties properties) {
        return text(properties).getBytes(StandardCharsets.UTF_8);
    }

    public static String text(MessageProperties properties) {
        if (properties.size() == 0) {
            return "";
        }
        StringBuilder text = new StringBuilder(64 + 32 * properties.size());
        properties.forEach((name, value) ->
                text.append(name).append('\u0001').append(value).append('\u0002'));
        return text.toString();
    }

    /** Bytes that {@link #write} needs for the properties. */
    public static int encodedBytes(MessageProperties properties) {
        int[] bytes = {0};
        properties.forEach((name, value) -> bytes[0] += utf8Bytes(name) + utf8Bytes(value) + 2);
        return bytes[0];
    }

    /** Writes the stored form at the buffer's position, without making a text of it. */
    public static void write(MessageProperties properties, ByteBuffer into) {
        properties.forEach((name, value) -> {
            writeUtf8(name, into);
            into.put(NAME_END);
            writeUtf8(value, into);
            into.put(PAIR_END);
        });
    }

    private static int utf8Bytes(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= ASCII_END) {
                return text.getBytes(StandardCharsets.UTF_8).length;
            }
        }
        return text.length();
    }

    private static void writeUtf8(String text, ByteBuffer into) {
        int start = into.position();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= ASCII_END) {
                into.position(start).put(text.getBytes(StandardCharsets.UTF_8));
                return;
            }
            into.put((byte) c);
        }
    }

    public static MessageProperties decode(String text) {
        if (text == null || text.isEmpty()) {
            return MessageProperties.NONE;
        }
        Map<String, String> pairs = new LinkedHashMap<>();
        int start = 0;
        while (start < text.length()) {
            int end = text.indexOf('\u0002', start);
            int pairEnd = end < 0 ? text.length() : end;
            int middle = text.indexOf('\u0001', start);
            if (middle > start && middle < pairEnd - 1) {
                pairs.put(text.substring(start, middle), clean(text.substring(middle + 1, pairEnd)));
            }
            start = pairEnd + 1;
        }
        return MessageProperties.of(pairs);
    }

    /** A foreign writer may leave a stray separator inside a value; the pair is kept, the separator is not. */
    private static String clean(String value) {
        return value.indexOf('\u0001') < 0 ? value : value.replace("\u0001", "");
    }

    /** Decodes bytes between position and limit of the buffer, which is left as it was. */
    public static MessageProperties decode(ByteBuffer bytes) {
        return decode(StandardCharsets.UTF_8.decode(bytes.duplicate()).toString());
    }

    /** The value of one property, found in the stored bytes without decoding the others; {@code null} when absent. */
    public static String find(ByteBuffer bytes, byte[] name) {
        int at = bytes.position();
        int limit = bytes.limit();
        String found = null;
        while (at < limit) {
            int pairEnd = indexOf(bytes, PAIR_END, at, limit);
            int valueStart = at + name.length + 1;
            if (valueStart < pairEnd && bytes.get(valueStart - 1) == NAME_END && startsWith(bytes, at, name)) {
                byte[] value = new byte[pairEnd - valueStart];
                bytes.get(valueStart, value);
                found = new String(value, StandardCharsets.UTF_8);
            }
            at = pairEnd + 1;
        }
        return found;
    }

    private static int indexOf(ByteBuffer bytes, byte wanted, int from, int limit) {
        int at = from;
        while (at < limit && bytes.get(at) != wanted) {
            at++;
        }
        return at;
    }

    private static boolean startsWith(ByteBuffer bytes, int at, byte[] name) {
        for (int i = 0; i < name.length; i++) {
            if (bytes.get(at + i) != name[i]) {
                return false;
            }
        }
        return true;
    }
}
