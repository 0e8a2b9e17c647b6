package io.sluice.wire.frame;

import io.sluice.wire.json.JsonBytes;
import java.nio.charset.StandardCharsets;

/**
 * The compact binary header.
 *
 * <pre>
 *   0     2         3        5       9     13            17      ..
 *   code  language  version  opaque  flag  remarkLength  remark  fieldsLength  fields
 *   each field: nameLength (2)  name  valueLength (4)  value
 * </pre>
 * A code has 16 bits here. The request codes above that are cut off by their senders; the few that exist are recognised by
 * what is left of them.
 */
final class BinaryHeader {
    private static final int FIXED_BYTES = 21;
    private static final int REMARK_LENGTH = 13;
    /** What is left in 16 bits of the request codes 200050..200055 and 200151. */
    private static final int CUT_POP_FIRST = 3442;

    private static final int CUT_POP_LAST = 3447;
    private static final int CUT_BATCH_ACK = 3543;
    private static final int CUT_AWAY = 200050 - CUT_POP_FIRST;

    private BinaryHeader() {}

    /** Reads the first {@code length} bytes into the head. */
    static void read(byte[] bytes, int length, FrameHead into) {
        if (length < FIXED_BYTES) {
            throw new FrameException("binary header of %d bytes, expected at least %d".formatted(length, FIXED_BYTES));
        }
        int remarkLength = int32(bytes, REMARK_LENGTH);
        int remarkStart = REMARK_LENGTH + 4;
        if (remarkLength < 0 || remarkLength > length - FIXED_BYTES) {
            throw new FrameException(
                    "remark of %d bytes in a binary header of %d bytes".formatted(remarkLength, length));
        }
        int fieldsLengthAt = remarkStart + remarkLength;
        int fieldsLength = int32(bytes, fieldsLengthAt);
        int fieldsStart = fieldsLengthAt + 4;
        if (fieldsLength < 0 || fieldsLength > length - fieldsStart) {
            throw new FrameException(
                    "fields of %d bytes in a binary header of %d bytes".formatted(fieldsLength, length));
        }
        int code = (short) int16(bytes, 0);
        into.flag = int32(bytes, 9);
        into.code = into.isAnswer() ? code : wholeCode(code);
        into.language = Language.of(bytes[2]);
        into.version = int16(bytes, 3);
        into.opaque = int32(bytes, 5);
        if (remarkLength > 0) {
            into.remark = new String(bytes, remarkStart, remarkLength, StandardCharsets.UTF_8);
        }
        fields(bytes, fieldsStart, fieldsStart + fieldsLength, into.fields().restart(bytes));
    }

    /** Field entries between two positions. */
    static ParsedFields fields(byte[] bytes, int from, int to, ParsedFields into) {
        int at = from;
        while (at < to) {
            int nameStart = at + 2;
            int nameEnd = to - at < 2 ? to + 1 : nameStart + int16(bytes, at);
            if (nameEnd > to - 4) {
                throw new FrameException("a field name at byte %d exceeds the binary header".formatted(at));
            }
            int length = int32(bytes, nameEnd);
            int start = nameEnd + 4;
            if (length < 0 || length > to - start) {
                throw new FrameException(
                        "a field value of %d bytes at byte %d exceeds the binary header".formatted(length, start));
            }
            into.add(nameStart, nameEnd, false, start, start + length, false);
            at = start + length;
        }
        return into;
    }

    static void encode(
            int code, Language language, int version, int opaque, int flag, String remark, Fields fields, Sink sink) {
        JsonBytes out = sink.out;
        out.int16(cutCode(code, (flag & Frame.FLAG_ANSWER) != 0));
        out.raw((byte) language.code());
        out.int16(version);
        out.int32(opaque);
        out.int32(flag);
        int remarkLengthAt = out.length();
        out.int32(0);
        out.utf8(remark);
        out.int32At(remarkLengthAt, out.length() - remarkLengthAt - 4);
        int fieldsLengthAt = out.length();
        out.int32(0);
        fields.writeTo(sink);
        out.int32At(fieldsLengthAt, out.length() - fieldsLengthAt - 4);
    }

    private static int wholeCode(int code) {
        return code >= CUT_POP_FIRST && code <= CUT_POP_LAST || code == CUT_BATCH_ACK ? code + CUT_AWAY : code;
    }

    private static int cutCode(int code, boolean isAnswer) {
        if (code == (short) code) {
            return code;
        }
        int cut = code - CUT_AWAY;
        if (!isAnswer && wholeCode(cut) == code) {
            return cut;
        }
        throw new FrameException(
                "code %d does not fit the 16 bits of a binary header; send it with a JSON header".formatted(code));
    }

    private static int int16(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) << 8 | bytes[at + 1] & 0xFF;
    }

    private static int int32(byte[] bytes, int at) {
        return bytes[at] << 24 | (bytes[at + 1] & 0xFF) << 16 | (bytes[at + 2] & 0xFF) << 8 | bytes[at + 3] & 0xFF;
    }

    /** Writes field entries. */
    record Sink(JsonBytes out) implements FieldSink {
        private static final int NAME_MAX = Short.MAX_VALUE;

        @Override
        public void text(FieldName name, String value) {
            int lengthAt = begin(name);
            out.utf8(value);
            end(lengthAt);
        }

        @Override
        public void utf8(FieldName name, byte[] value, int from, int to) {
            int lengthAt = begin(name);
            out.raw(value, from, to - from);
            end(lengthAt);
        }

        @Override
        public void number(FieldName name, long value) {
            int lengthAt = begin(name);
            out.decimal(value);
            end(lengthAt);
        }

        private int begin(FieldName name) {
            if (name.utf8().length > NAME_MAX) {
                throw new FrameException(
                        "a field name of %d bytes, at most %d fit a header".formatted(name.utf8().length, NAME_MAX));
            }
            out.int16(name.utf8().length);
            out.raw(name.utf8());
            out.int32(0);
            return out.length() - 4;
        }

        private void end(int lengthAt) {
            out.int32At(lengthAt, out.length() - lengthAt - 4);
        }
    }
}
