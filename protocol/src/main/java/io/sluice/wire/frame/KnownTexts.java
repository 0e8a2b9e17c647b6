package io.sluice.wire.frame;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Texts that come again and again, such as topic names: the same bytes give the same text without making it anew. Bounded: a
 * text takes the place of another one with the same hash. Confined to one thread.
 */
public final class KnownTexts {
    private static final int PLACES = 256;
    /** Longer texts are made anew each time. */
    private static final int LENGTH_MAX = 255;

    private final byte[][] utf8 = new byte[PLACES][];
    private final String[] texts = new String[PLACES];

    String text(byte[] bytes, int from, int to) {
        int length = to - from;
        if (length == 0) {
            return "";
        }
        if (length > LENGTH_MAX) {
            return new String(bytes, from, length, StandardCharsets.UTF_8);
        }
        int place = placeOf(bytes, from, to);
        byte[] known = utf8[place];
        if (known == null || !Arrays.equals(known, 0, known.length, bytes, from, to)) {
            utf8[place] = Arrays.copyOfRange(bytes, from, to);
            texts[place] = new String(bytes, from, length, StandardCharsets.UTF_8);
        }
        return texts[place];
    }

    private static int placeOf(byte[] bytes, int from, int to) {
        int hash = 0;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + bytes[i];
        }
        return (hash ^ hash >>> 16 ^ hash >>> 8) & PLACES - 1;
    }
}
