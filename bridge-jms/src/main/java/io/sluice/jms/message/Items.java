package io.sluice.jms.message;

import jakarta.jms.MessageFormatException;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Bodies of map and stream messages: typed values, big endian.
 *
 * <pre>
 *   stream  version (1 byte, 1)  count (int32)  value*
 *   map     version (1 byte, 1)  count (int32)  (nameBytes (int32) name (UTF-8) value)*
 *   value   code (1 byte)  content
 *
 *   code  n null, z boolean (1 byte), b byte, s short, c char, i int, l long, f float, d double,
 *         t text and y bytes (length int32, then the bytes; text in UTF-8)
 * </pre>
 */
final class Items {
    private static final byte VERSION = 1;

    private Items() {}

    /** @throws MessageFormatException when a map entry or stream item may not have such a value */
    static Object checked(Object value) throws MessageFormatException {
        boolean allowed = value == null
                || value instanceof Boolean
                || value instanceof Byte
                || value instanceof Short
                || value instanceof Character
                || value instanceof Integer
                || value instanceof Long
                || value instanceof Float
                || value instanceof Double
                || value instanceof String;
        if (allowed) {
            return value;
        }
        if (value instanceof byte[] bytes) {
            return bytes.clone();
        }
        throw new MessageFormatException("a %s cannot be carried; expected a boxed primitive, String or byte[]"
                .formatted(value.getClass().getName()));
    }

    /** @throws IndexOutOfBoundsException when the part is not within the array */
    static byte[] part(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        return Arrays.copyOfRange(bytes, offset, offset + length);
    }

    static byte[] encode(List<Object> items) {
        return written(out -> {
            out.writeInt(items.size());
            for (Object item : items) {
                writeValue(out, item);
            }
        });
    }

    static byte[] encode(Map<String, Object> entries) {
        return written(out -> {
            out.writeInt(entries.size());
            for (Map.Entry<String, Object> entry : entries.entrySet()) {
                writeBytes(out, entry.getKey().getBytes(StandardCharsets.UTF_8));
                writeValue(out, entry.getValue());
            }
        });
    }

    /** Writes that go to the heap, so that an I/O failure cannot be. */
    @FunctionalInterface
    private interface Content {
        void to(DataOutputStream out) throws IOException;
    }

    private static byte[] written(Content content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            content.to(out);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private static void writeValue(DataOutputStream out, Object value) throws IOException {
        if (value == null) {
            out.writeByte('n');
        } else if (value instanceof Boolean flag) {
            out.writeByte('z');
            out.writeBoolean(flag);
        } else if (value instanceof Byte number) {
            out.writeByte('b');
            out.writeByte(number);
        } else if (value instanceof Short number) {
            out.writeByte('s');
            out.writeShort(number);
        } else if (value instanceof Character character) {
            out.writeByte('c');
            out.writeChar(character);
        } else if (value instanceof Integer number) {
            out.writeByte('i');
            out.writeInt(number);
        } else if (value instanceof Long number) {
            out.writeByte('l');
            out.writeLong(number);
        } else if (value instanceof Float number) {
            out.writeByte('f');
            out.writeFloat(number);
        } else if (value instanceof Double number) {
            out.writeByte('d');
            out.writeDouble(number);
        } else if (value instanceof byte[] bytes) {
            out.writeByte('y');
            writeBytes(out, bytes);
        } else {
            out.writeByte('t');
            writeBytes(out, value.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /** @throws MalformedBodyException when the bytes are anything else than an encoded stream */
    static List<Object> decodeList(byte[] body) throws MalformedBodyException {
        List<Object> items = new ArrayList<>();
        read(body, in -> items.add(readValue(in)));
        return items;
    }

    /** @throws MalformedBodyException when the bytes are anything else than an encoded map */
    static Map<String, Object> decodeMap(byte[] body) throws MalformedBodyException {
        Map<String, Object> entries = new LinkedHashMap<>();
        read(body, in -> {
            String name = new String(readBytes(in), StandardCharsets.UTF_8);
            entries.put(name, readValue(in));
        });
        return entries;
    }

    /** Reads one entry; nothing is allocated for a length that the body does not have. */
    @FunctionalInterface
    private interface Entry {
        void from(ByteBuffer in) throws MalformedBodyException;
    }

    private static void read(byte[] body, Entry entry) throws MalformedBodyException {
        ByteBuffer in = ByteBuffer.wrap(body);
        try {
            byte version = in.get();
            if (version != VERSION) {
                throw new MalformedBodyException("version %d; this reader knows %d".formatted(version, VERSION));
            }
            int count = in.getInt();
            for (int i = 0; i < count; i++) {
                entry.from(in);
            }
            if (count < 0 || in.hasRemaining()) {
                throw new MalformedBodyException("%d entries leave %d bytes".formatted(count, in.remaining()));
            }
        } catch (BufferUnderflowException torn) {
            throw new MalformedBodyException("the body ends in the middle of an entry");
        }
    }

    private static Object readValue(ByteBuffer in) throws MalformedBodyException {
        byte code = in.get();
        return switch (code) {
            case 'n' -> null;
            case 'z' -> in.get() != 0;
            case 'b' -> in.get();
            case 's' -> in.getShort();
            case 'c' -> in.getChar();
            case 'i' -> in.getInt();
            case 'l' -> in.getLong();
            case 'f' -> in.getFloat();
            case 'd' -> in.getDouble();
            case 't' -> new String(readBytes(in), StandardCharsets.UTF_8);
            case 'y' -> readBytes(in);
            default -> throw new MalformedBodyException("value code %d is unknown".formatted(code));
        };
    }

    private static byte[] readBytes(ByteBuffer in) throws MalformedBodyException {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new MalformedBodyException("length %d, but %d bytes are left".formatted(length, in.remaining()));
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    /** The content type claims a map or stream, the bytes are none. */
    static final class MalformedBodyException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedBodyException(String message) {
            super(message);
        }
    }
}
