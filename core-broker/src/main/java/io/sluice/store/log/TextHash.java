package io.sluice.store.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** {@code String.hashCode()} of texts that are bytes, without making the text. */
final class TextHash {
    private static final int P1 = 31;
    private static final int P2 = P1 * P1;
    private static final int P3 = P2 * P1;
    private static final int P4 = P3 * P1;

    private TextHash() {}

    /**
     * @param seed hash of what stands before the text
     * @param utf8 the text lies between {@code from} and {@code to}, exclusive
     */
    static int of(int seed, byte[] utf8, int from, int to) {
        int hash = seed;
        int i = from;
        int signs = 0;
        // four at a time: the multiplications do not wait for each other
        for (; i + 4 <= to; i += 4) {
            byte a = utf8[i];
            byte b = utf8[i + 1];
            byte c = utf8[i + 2];
            byte d = utf8[i + 3];
            hash = P4 * hash + P3 * a + P2 * b + P1 * c + d;
            signs |= a | b | c | d;
        }
        for (; i < to; i++) {
            hash = P1 * hash + utf8[i];
            signs |= utf8[i];
        }
        return signs < 0 ? ofText(seed, new String(utf8, from, to - from, StandardCharsets.UTF_8)) : hash;
    }

    /** The same of what lies between position and limit. */
    static int of(int seed, ByteBuffer utf8) {
        int hash = seed;
        for (int i = utf8.position(); i < utf8.limit(); i++) {
            byte b = utf8.get(i);
            if (b < 0) {
                return ofText(
                        seed, StandardCharsets.UTF_8.decode(utf8.duplicate()).toString());
            }
            hash = P1 * hash + b;
        }
        return hash;
    }

    private static int ofText(int seed, String text) {
        int hash = seed;
        for (int i = 0; i < text.length(); i++) {
            hash = P1 * hash + text.charAt(i);
        }
        return hash;
    }
}
