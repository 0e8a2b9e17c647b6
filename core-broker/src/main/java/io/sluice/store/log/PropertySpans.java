package io.sluice.store.log;

import java.util.Arrays;

/**
 * Where names and values of encoded properties lie, found in one pass over their bytes. A pair without name or value is left
 * out. Made to be used again and again by one thread.
 */
public final class PropertySpans {
    private static final byte NAME_END = 1;
    private static final byte PAIR_END = 2;
    private static final int STRIDE = 3;
    private static final int FIRST_PAIRS = 16;

    private byte[] bytes = {};
    /** Per pair: where the name begins, where the value begins (one behind the name's end), where it ends. */
    private int[] spans = new int[FIRST_PAIRS * STRIDE];

    private int count;

    /** Looks through the bytes from {@code from} to {@code to}, which must stay as they are while the results are used. */
    public PropertySpans scan(byte[] encoded, int from, int to) {
        bytes = encoded;
        count = 0;
        int at = from;
        while (at < to) {
            int nameEnd = at;
            byte b = 0;
            while (nameEnd < to && (b = encoded[nameEnd]) != NAME_END && b != PAIR_END) {
                nameEnd++;
            }
            int pairEnd = nameEnd;
            if (b == NAME_END) {
                pairEnd++;
                while (pairEnd < to && encoded[pairEnd] != PAIR_END) {
                    pairEnd++;
                }
                if (nameEnd > at && pairEnd > nameEnd + 1) {
                    add(at, nameEnd + 1, pairEnd);
                }
            }
            at = pairEnd + 1;
        }
        return this;
    }

    private void add(int name, int value, int end) {
        int at = count * STRIDE;
        if (at == spans.length) {
            spans = Arrays.copyOf(spans, at * 2);
        }
        spans[at] = name;
        spans[at + 1] = value;
        spans[at + 2] = end;
        count++;
    }

    public int count() {
        return count;
    }

    /** First byte of the name: tells most names apart. */
    public byte initial(int i) {
        return bytes[spans[i * STRIDE]];
    }

    public boolean isNamed(int i, byte[] name) {
        int from = spans[i * STRIDE];
        return Arrays.equals(bytes, from, spans[i * STRIDE + 1] - 1, name, 0, name.length);
    }

    /** Whether the name begins so. */
    public boolean beginsWith(int i, byte[] prefix) {
        int from = spans[i * STRIDE];
        int to = Math.min(spans[i * STRIDE + 1] - 1, from + prefix.length);
        return Arrays.equals(bytes, from, to, prefix, 0, prefix.length);
    }

    /** Where the pair begins. */
    public int pairFrom(int i) {
        return spans[i * STRIDE];
    }

    public int valueFrom(int i) {
        return spans[i * STRIDE + 1];
    }

    /** One behind the last byte of the value. */
    public int valueTo(int i) {
        return spans[i * STRIDE + 2];
    }
}
