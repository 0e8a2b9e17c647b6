package io.sluice.store.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What queues and index need of a record's properties, found in one pass over the stored bytes and kept as numbers. Made to
 * be used again and again by one thread.
 */
public final class RecordTraits {
    private static final byte NAME_END = 1;
    private static final byte PAIR_END = 2;
    private static final byte[] TAGS = ascii("TAGS");
    private static final byte[] KEYS = ascii("KEYS");
    private static final byte[] UNIQUE_KEY = ascii("UNIQ_KEY");
    private static final byte[] DELAY = ascii("DELAY");
    private static final byte[] FAN_OUT = ascii("INNER_MULTI_DISPATCH");
    private static final byte[] FAN_OUT_OFFSETS = ascii("INNER_MULTI_QUEUE_OFFSET");

    private ByteBuffer properties;
    private final Span tags = new Span();
    private final Span keys = new Span();
    private final Span uniqueKey = new Span();
    private final Span delay = new Span();
    private final Span fanOut = new Span();
    private final Span fanOutOffsets = new Span();
    private int[] keyHashes = new int[8];
    private int keyCount;

    /** Where a value lies; empty when {@code from == to}. */
    private static final class Span {
        private int from;
        private int to;

        void set(int first, int limit) {
            from = first;
            to = limit;
        }

        boolean isEmpty() {
            return from == to;
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Looks through the properties between position and limit, which must stay as they are while the results are used.
     *
     * @param keyPrefixHash {@code String.hashCode()} of topic and {@code #}: index keys begin with it
     */
    public RecordTraits scan(ByteBuffer encoded, int keyPrefixHash) {
        properties = encoded;
        tags.set(0, 0);
        keys.set(0, 0);
        uniqueKey.set(0, 0);
        delay.set(0, 0);
        fanOut.set(0, 0);
        fanOutOffsets.set(0, 0);
        int at = encoded.position();
        int limit = encoded.limit();
        while (at < limit) {
            int nameEnd = at;
            byte c = 0;
            while (nameEnd < limit && (c = encoded.get(nameEnd)) != NAME_END && c != PAIR_END) {
                nameEnd++;
            }
            int pairEnd = nameEnd;
            if (nameEnd < limit && c == NAME_END) {
                pairEnd = nameEnd + 1;
                while (pairEnd < limit && encoded.get(pairEnd) != PAIR_END) {
                    pairEnd++;
                }
                pair(at, nameEnd, nameEnd + 1, pairEnd);
            }
            at = pairEnd + 1;
        }
        collectKeys(keyPrefixHash);
        return this;
    }

    private void pair(int from, int nameEnd, int value, int end) {
        if (value >= end) {
            return;
        }
        switch (nameEnd - from) {
            case 4 -> {
                if (is(TAGS, from)) {
                    tags.set(value, end);
                } else if (is(KEYS, from)) {
                    keys.set(value, end);
                }
            }
            case 5 -> {
                if (is(DELAY, from)) {
                    delay.set(value, end);
                }
            }
            case 8 -> {
                if (is(UNIQUE_KEY, from)) {
                    uniqueKey.set(value, end);
                }
            }
            case 20 -> {
                if (is(FAN_OUT, from)) {
                    fanOut.set(value, end);
                }
            }
            case 24 -> {
                if (is(FAN_OUT_OFFSETS, from)) {
                    fanOutOffsets.set(value, end);
                }
            }
            default -> {
                // a property that only its reader knows
            }
        }
    }

    private boolean is(byte[] name, int at) {
        for (int i = 0; i < name.length; i++) {
            if (properties.get(at + i) != name[i]) {
                return false;
            }
        }
        return true;
    }

    private void collectKeys(int prefixHash) {
        keyCount = 0;
        if (!uniqueKey.isEmpty()) {
            addKey(prefixHash, uniqueKey.from, uniqueKey.to);
        }
        int at = keys.from;
        while (at < keys.to) {
            int end = at;
            while (end < keys.to && properties.get(end) != ' ') {
                end++;
            }
            if (end > at) {
                addKey(prefixHash, at, end);
            }
            at = end + 1;
        }
    }

    private void addKey(int prefixHash, int from, int to) {
        if (keyCount == keyHashes.length) {
            keyHashes = Arrays.copyOf(keyHashes, keyCount * 2);
        }
        keyHashes[keyCount++] = hash(prefixHash, from, to);
    }

    /** {@code String.hashCode()} of the text, continued from the hash of what stands before it. */
    private int hash(int seed, int from, int to) {
        int hash = seed;
        for (int i = from; i < to; i++) {
            byte b = properties.get(i);
            if (b < 0) {
                return hashOfText(seed, text(from, to));
            }
            hash = 31 * hash + b;
        }
        return hash;
    }

    private static int hashOfText(int seed, String text) {
        int hash = seed;
        for (int i = 0; i < text.length(); i++) {
            hash = 31 * hash + text.charAt(i);
        }
        return hash;
    }

    private String text(int from, int to) {
        byte[] bytes = new byte[to - from];
        properties.get(from, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private String text(Span span) {
        return text(span.from, span.to);
    }

    /** {@code String.hashCode()} of the tag; 0 without one. */
    public long tagHash() {
        return tags.isEmpty() ? 0 : hash(0, tags.from, tags.to);
    }

    /** Number of index keys: the unique key, then each of the keys. */
    public int keyCount() {
        return keyCount;
    }

    /** {@code String.hashCode()} of topic, {@code #} and key. */
    public int keyHash(int index) {
        return keyHashes[index];
    }

    /** The delay level asked for; 0 when there is none, -1 when it is no number. */
    public int delayLevel() {
        if (delay.isEmpty()) {
            return 0;
        }
        try {
            return Integer.parseInt(text(delay).trim());
        } catch (NumberFormatException notANumber) {
            return -1;
        }
    }

    /** Whether the record was put into further queues, besides that of its topic. */
    public boolean hasFanOut() {
        return !fanOut.isEmpty() && !fanOutOffsets.isEmpty();
    }

    /** Topics of the further queues, each with queue id 0. */
    public String[] fanOutTopics() {
        return text(fanOut).split(",");
    }

    /** Entry numbers in the further queues. */
    public String[] fanOutOffsets() {
        return text(fanOutOffsets).split(",");
    }

    /** Forgets the buffer. */
    public void clear() {
        properties = null;
    }
}
