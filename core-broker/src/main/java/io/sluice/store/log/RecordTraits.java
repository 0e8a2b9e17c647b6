package io.sluice.store.log;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What queues and index need of a record's properties, found in one pass over the stored bytes and kept as numbers. Made to
 * be used again and again by one thread.
 */
public final class RecordTraits {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long THREES = 0x0303_0303_0303_0303L;
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
    private static final byte NAME_END = 1;
    private static final byte PAIR_END = 2;
    private static final byte[] TAGS = ascii("TAGS");
    private static final byte[] KEYS = ascii("KEYS");
    private static final byte[] UNIQUE_KEY = ascii("UNIQ_KEY");
    private static final byte[] DELAY = ascii("DELAY");
    private static final byte[] FAN_OUT = ascii("INNER_MULTI_DISPATCH");
    private static final byte[] FAN_OUT_OFFSETS = ascii("INNER_MULTI_QUEUE_OFFSET");

    /** The properties, or a copy of those that are not on the heap: single bytes of an array cost least. */
    private byte[] properties;

    private byte[] copy = {};
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
     * Looks through the properties between position and limit, which must stay as they are while the results are used: at most
     * {@link io.sluice.wire.message.MessageLayout#PROPERTIES_MAX_BYTES}.
     *
     * @param keyPrefixHash {@code String.hashCode()} of topic and {@code #}: index keys begin with it
     */
    public RecordTraits scan(ByteBuffer encoded, int keyPrefixHash) {
        int at = 0;
        int limit = encoded.remaining();
        if (encoded.hasArray() && !encoded.isReadOnly()) {
            properties = encoded.array();
            at = encoded.arrayOffset() + encoded.position();
            limit += at;
        } else {
            copy = copy.length < limit ? new byte[limit] : copy;
            encoded.get(encoded.position(), copy, 0, limit);
            properties = copy;
        }
        byte[] bytes = properties;
        tags.set(0, 0);
        keys.set(0, 0);
        uniqueKey.set(0, 0);
        delay.set(0, 0);
        fanOut.set(0, 0);
        fanOutOffsets.set(0, 0);
        while (at < limit) {
            int nameEnd = nextMark(bytes, at, limit);
            int pairEnd = nameEnd;
            if (nameEnd < limit && bytes[nameEnd] == NAME_END) {
                do {
                    pairEnd = nextMark(bytes, pairEnd + 1, limit);
                } while (pairEnd < limit && bytes[pairEnd] != PAIR_END);
                pair(at, nameEnd, nameEnd + 1, pairEnd);
            }
            at = pairEnd + 1;
        }
        collectKeys(keyPrefixHash);
        return this;
    }

    /** As {@link #scan(ByteBuffer, int)}, for a topic that nobody has looked up: its name between position and limit, UTF-8. */
    public RecordTraits scan(ByteBuffer encoded, ByteBuffer topic) {
        return scan(encoded, 31 * TextHash.of(0, topic) + '#');
    }

    /** Where the next end of a name or a pair is, or the limit. Looks at eight bytes at a time. */
    private static int nextMark(byte[] bytes, int from, int limit) {
        int at = from;
        while (at + Long.BYTES <= limit) {
            long eight = (long) LONGS.get(bytes, at);
            // the lowest byte that is flagged is below three; those above it may be flagged in error
            long flags = eight - THREES & ~eight & HIGH_BITS;
            if (flags == 0) {
                at += Long.BYTES;
            } else {
                at += Long.numberOfTrailingZeros(flags) / Byte.SIZE;
                if (bytes[at] != 0) {
                    return at;
                }
                at++;
            }
        }
        while (at < limit && bytes[at] != NAME_END && bytes[at] != PAIR_END) {
            at++;
        }
        return at;
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
            if (properties[at + i] != name[i]) {
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
            while (end < keys.to && properties[end] != ' ') {
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
        return TextHash.of(seed, properties, from, to);
    }

    private String text(int from, int to) {
        return new String(properties, from, to - from, StandardCharsets.UTF_8);
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
