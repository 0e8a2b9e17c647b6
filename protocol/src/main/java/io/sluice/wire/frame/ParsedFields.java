package io.sluice.wire.frame;

import io.sluice.wire.json.JsonBytes;
import io.sluice.wire.json.JsonEscapes;
import io.sluice.wire.json.JsonException;
import java.util.Arrays;
import java.util.Optional;

/**
 * Extension fields as they came: the bytes of the header and where each name and value lies in them. Nothing is decoded
 * before it is asked for; numbers are read from the bytes. A repeated name: the last wins.
 *
 * <p>Those of a {@link Frame} never change and may be read by any thread; those of a {@link FrameHead} are overwritten with
 * the next header.
 */
public final class ParsedFields implements Fields {
    /** Positions per field in {@link #index}: name start, name end, value start, value end. */
    private static final int STRIDE = 4;
    /** Set in an end position when the text has escapes. */
    private static final int ESCAPED = 0x8000_0000;

    private static final int POSITION = 0x7FFF_FFFF;
    /** Stands for a name of more than one letter, see {@link #letterAt}. */
    public static final byte NOT_A_LETTER = 0;

    private static final int FIRST_FIELDS = 16;
    /** No request of the protocol has more than a few dozen. */
    private static final int FIELDS_MAX = 4096;

    private static final int[] NO_INDEX = {};

    private byte[] bytes;
    private int[] index;
    private int count;

    /** Without fields; see {@link #restart}. */
    ParsedFields() {
        this(new byte[0], NO_INDEX, 0);
    }

    private ParsedFields(byte[] bytes, int[] index, int count) {
        this.bytes = bytes;
        this.index = index;
        this.count = count;
    }

    /** Forgets all fields; those added from now on lie in this header. */
    ParsedFields restart(byte[] header) {
        bytes = header;
        count = 0;
        return this;
    }

    /** Notes where a field lies; one without a name is left out. */
    void add(int nameStart, int nameEnd, boolean nameEscaped, int start, int end, boolean escaped) {
        if (nameStart == nameEnd) {
            return;
        }
        if (count == FIELDS_MAX) {
            throw new FrameException("a header with more than %d fields".formatted(FIELDS_MAX));
        }
        int at = count * STRIDE;
        if (at == index.length) {
            index = Arrays.copyOf(index, Math.max(FIRST_FIELDS * STRIDE, at * 2));
        }
        index[at] = nameStart;
        index[at + 1] = nameEscaped ? nameEnd | ESCAPED : nameEnd;
        index[at + 2] = start;
        index[at + 3] = escaped ? end | ESCAPED : end;
        count++;
    }

    /** The same fields in memory of their own, of which the first bytes are those of the header. */
    ParsedFields copy(int headerBytes) {
        return count == 0
                ? new ParsedFields()
                : new ParsedFields(Arrays.copyOf(bytes, headerBytes), Arrays.copyOf(index, count * STRIDE), count);
    }

    public int count() {
        return count;
    }

    /** Position of a field for the {@code ...At} methods; -1 when absent. */
    public int indexOf(FieldName name) {
        byte[] wanted = name.utf8();
        for (int i = count - 1; i >= 0; i--) {
            if (isNamed(i, wanted)) {
                return i;
            }
        }
        return -1;
    }

    private boolean isNamed(int i, byte[] wanted) {
        int start = index[i * STRIDE];
        int end = index[i * STRIDE + 1];
        if (end < 0) {
            return Arrays.equals(JsonEscapes.utf8(bytes, start, end & POSITION, true), wanted);
        }
        return Arrays.equals(bytes, start, end, wanted, 0, wanted.length);
    }

    /** The name of a field when it is a single letter, else {@link #NOT_A_LETTER}. */
    public byte letterAt(int i) {
        int start = index[i * STRIDE];
        return index[i * STRIDE + 1] == start + 1 ? bytes[start] : NOT_A_LETTER;
    }

    public String nameAt(int i) {
        return textOf(index[i * STRIDE], index[i * STRIDE + 1]);
    }

    public String textAt(int i) {
        return textOf(index[i * STRIDE + 2], index[i * STRIDE + 3]);
    }

    /** The value in UTF-8; a copy. */
    public byte[] utf8At(int i) {
        int end = index[i * STRIDE + 3];
        return JsonEscapes.utf8(bytes, index[i * STRIDE + 2], end & POSITION, end < 0);
    }

    /**
     * Appends the value in UTF-8.
     *
     * @throws FieldException when it holds a damaged escape; nothing was appended then
     */
    public void utf8At(int i, JsonBytes into) {
        int start = index[i * STRIDE + 2];
        int end = index[i * STRIDE + 3];
        if (end >= 0) {
            into.raw(bytes, start, end - start);
            return;
        }
        try {
            into.unescaped(bytes, start, end & POSITION);
        } catch (JsonException damaged) {
            throw damaged(damaged);
        }
    }

    /**
     * The value as a text that was met before, if it was.
     *
     * @throws FieldException when it holds a damaged escape
     */
    public String textAt(int i, KnownTexts known) {
        int end = index[i * STRIDE + 3];
        return end < 0 ? textAt(i) : known.text(bytes, index[i * STRIDE + 2], end);
    }

    public boolean isEmptyAt(int i) {
        return index[i * STRIDE + 2] == (index[i * STRIDE + 3] & POSITION);
    }

    /** @throws FieldException when the value is not a decimal number of 64 bits */
    public long longAt(int i) {
        int at = index[i * STRIDE + 2];
        int end = index[i * STRIDE + 3] & POSITION;
        boolean negative = at < end && bytes[at] == '-';
        if (negative || at < end && bytes[at] == '+') {
            at++;
        }
        if (at == end) {
            throw notANumber(i);
        }
        // Collected as a negative number, whose range is the larger one.
        long value = 0;
        while (at < end) {
            int digit = bytes[at++] - '0';
            if (digit < 0 || digit > 9 || value < (Long.MIN_VALUE + digit) / 10) {
                throw notANumber(i);
            }
            value = value * 10 - digit;
        }
        if (!negative && value == Long.MIN_VALUE) {
            throw notANumber(i);
        }
        return negative ? value : -value;
    }

    /** @throws FieldException when the value is not a decimal number of 32 bits */
    public int intAt(int i) {
        long value = longAt(i);
        if (value != (int) value) {
            throw notANumber(i);
        }
        return (int) value;
    }

    /** {@code true} in any case; everything else is false. */
    public boolean boolAt(int i) {
        int start = index[i * STRIDE + 2];
        int end = index[i * STRIDE + 3] & POSITION;
        return end - start == 4
                && (bytes[start] | 0x20) == 't'
                && (bytes[start + 1] | 0x20) == 'r'
                && (bytes[start + 2] | 0x20) == 'u'
                && (bytes[start + 3] | 0x20) == 'e';
    }

    private FieldException notANumber(int i) {
        return new FieldException("field %s is not a number in range".formatted(nameAt(i)));
    }

    private String textOf(int start, int end) {
        try {
            return JsonEscapes.text(bytes, start, end & POSITION, end < 0);
        } catch (JsonException damaged) {
            throw damaged(damaged);
        }
    }

    private static FieldException damaged(JsonException cause) {
        return new FieldException("an extension field holds a damaged text: " + cause.getMessage());
    }

    @Override
    public void writeTo(FieldSink sink) {
        for (int i = 0; i < count; i++) {
            sink.text(FieldName.of(nameAt(i)), textAt(i));
        }
    }

    @Override
    public ParsedFields parsed() {
        return this;
    }

    @Override
    public Optional<String> find(String name) {
        int i = indexOf(FieldName.of(name));
        return i < 0 || isEmptyAt(i) ? Optional.empty() : Optional.of(textAt(i));
    }

    /** The names only: values may hold what does not belong into a log. */
    @Override
    public String toString() {
        StringBuilder names = new StringBuilder("fields[");
        for (int i = 0; i < count; i++) {
            names.append(i == 0 ? "" : ", ").append(nameAt(i));
        }
        return names.append(']').toString();
    }
}
