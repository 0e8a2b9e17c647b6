package io.sluice.store.log;

import io.sluice.wire.message.MessageLayout;
import io.sluice.wire.message.PropertiesCodec;
import io.sluice.wire.message.SysFlag;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * Records of one queue that go into the log next to each other, encoded but for what the log gives them (offsets, store
 * time) and for their first eight bytes, which are written last. Built before the append lock is taken: under the lock a
 * block is one copy. Made to be used again and again by one thread; see {@link MessageLayout} for what it writes.
 *
 * <p>In this order: {@link #begin}, {@link #from}; per record {@link #record}, its properties, {@link #finish}.
 */
public final class RecordBlock {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);

    private static final int FIRST_BYTES = 4096;
    /** Memory kept from one block to the next; what a larger one needed is given back. */
    private static final int KEEP_BYTES = 512 * 1024;

    private static final int FIRST_RECORDS = 64;
    private static final byte[] TAGS = ascii("TAGS");
    private static final byte[] KEYS = ascii("KEYS");
    private static final byte[] UNIQUE_KEY = ascii("UNIQ_KEY");

    private final CRC32 crc = new CRC32();
    /** What stands before the body in every record. */
    private byte[] head = {};

    private String topic = "";
    private byte[] topicBytes = {};
    private int keyPrefixHash;
    private byte[] storeHost = {};
    private int queueId;
    /** Position of the store time in a record. */
    private int storedAtMs;

    private byte[] bytes = new byte[FIRST_BYTES];
    private int end;
    private int count;
    private int largestBody;
    /** Where each record begins, and one behind the last. */
    private int[] starts = new int[FIRST_RECORDS + 1];

    private long[] tagHashes = new long[FIRST_RECORDS];
    /** Key hashes of all records, one after the other; those of record i end at {@code keyEnds[i]}. */
    private int[] keyHashes = new int[FIRST_RECORDS];

    private int[] keyEnds = new int[FIRST_RECORDS];
    private int propertiesAt;

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Empties the block.
     *
     * @param utf8   the topic's name, up to {@link MessageLayout#TOPIC_V1_MAX_BYTES}
     * @param prefix {@code String.hashCode()} of topic and {@code #}
     * @param host   address that the records carry as that of the store, encoded
     */
    public void begin(String name, byte[] utf8, int prefix, byte[] host) {
        topic = name;
        topicBytes = utf8;
        keyPrefixHash = prefix;
        storeHost = host;
        end = 0;
        count = 0;
        largestBody = 0;
        if (bytes.length > KEEP_BYTES) {
            bytes = new byte[FIRST_BYTES];
        }
    }

    /** @param bornHost the sender's address, encoded */
    public void from(int queue, int sysFlag, long bornAtMs, byte[] bornHost, int reconsumeTimes) {
        queueId = queue;
        int flags = sysFlag & ~(SysFlag.BORN_HOST_V6 | SysFlag.STORE_HOST_V6);
        flags |= bornHost.length == MessageLayout.HOST_V6_BYTES ? SysFlag.BORN_HOST_V6 : 0;
        flags |= storeHost.length == MessageLayout.HOST_V6_BYTES ? SysFlag.STORE_HOST_V6 : 0;
        storedAtMs = MessageLayout.BORN_HOST + bornHost.length;
        int reconsumeAt = storedAtMs + 8 + storeHost.length;
        if (head.length != reconsumeAt + 12) {
            head = new byte[reconsumeAt + 12];
        }
        INT.set(head, MessageLayout.QUEUE_ID, queue);
        INT.set(head, MessageLayout.SYS_FLAG, flags);
        LONG.set(head, MessageLayout.BORN_TIMESTAMP, bornAtMs);
        System.arraycopy(bornHost, 0, head, MessageLayout.BORN_HOST, bornHost.length);
        System.arraycopy(storeHost, 0, head, storedAtMs + 8, storeHost.length);
        INT.set(head, reconsumeAt, reconsumeTimes);
    }

    /** Begins a record with this part of the buffer as its body; the buffer is not moved and not kept. */
    public void record(int flag, ByteBuffer body, int from, int length) {
        if (count == tagHashes.length) {
            tagHashes = Arrays.copyOf(tagHashes, count * 2);
            keyEnds = Arrays.copyOf(keyEnds, count * 2);
            starts = Arrays.copyOf(starts, count * 2 + 1);
        }
        int start = end;
        int bodyAt = start + head.length + 4;
        reserve(head.length + 4 + length + 1 + topicBytes.length + 2);
        System.arraycopy(head, 0, bytes, start, head.length);
        INT.set(bytes, start + MessageLayout.FLAG, flag);
        INT.set(bytes, bodyAt - 4, length);
        body.get(from, bytes, bodyAt, length);
        crc.reset();
        crc.update(bytes, bodyAt, length);
        INT.set(bytes, start + MessageLayout.BODY_CRC, (int) crc.getValue() & MessageLayout.CRC_MASK);
        int topicAt = bodyAt + length + 1;
        bytes[topicAt - 1] = (byte) topicBytes.length;
        System.arraycopy(topicBytes, 0, bytes, topicAt, topicBytes.length);
        propertiesAt = topicAt + topicBytes.length + 2;
        end = propertiesAt;
        starts[count] = start;
        largestBody = Math.max(largestBody, length);
    }

    /** Where the properties of the record begin that is being written. */
    public int propertiesFrom() {
        return propertiesAt;
    }

    /** One behind what is written. */
    public int position() {
        return end;
    }

    /** The memory written to; valid until more is written. */
    public byte[] bytes() {
        return bytes;
    }

    /** Appends properties in their stored form. */
    public void properties(byte[] encoded, int from, int length) {
        reserve(length);
        System.arraycopy(encoded, from, bytes, end, length);
        end += length;
    }

    /** The same from a buffer, which is not moved. */
    public void properties(ByteBuffer encoded, int from, int length) {
        reserve(length);
        encoded.get(from, bytes, end, length);
        end += length;
    }

    /** Ends a pair that came without its separator. */
    public void closePair() {
        if (end > propertiesAt && bytes[end - 1] != PropertiesCodec.PAIR_END) {
            reserve(1);
            bytes[end++] = PropertiesCodec.PAIR_END;
        }
    }

    /**
     * Ends the record.
     *
     * @param spans of its properties; what was written behind them has neither tag nor keys
     * @return {@code false} when the properties are longer than can be stored; the block is of no use then
     */
    public boolean finish(PropertySpans spans) {
        int length = end - propertiesAt;
        if (length > MessageLayout.PROPERTIES_MAX_BYTES) {
            return false;
        }
        SHORT.set(bytes, propertiesAt - 2, (short) length);
        index(spans);
        count++;
        starts[count] = end;
        return true;
    }

    private void index(PropertySpans spans) {
        int tags = -1;
        int keys = -1;
        int uniqueKey = -1;
        for (int i = 0; i < spans.count(); i++) {
            switch (spans.initial(i)) {
                case 'T' -> tags = spans.isNamed(i, TAGS) ? i : tags;
                case 'K' -> keys = spans.isNamed(i, KEYS) ? i : keys;
                case 'U' -> uniqueKey = spans.isNamed(i, UNIQUE_KEY) ? i : uniqueKey;
                default -> {
                    // a property that is not indexed
                }
            }
        }
        tagHashes[count] = tags < 0 ? 0 : TextHash.of(0, bytes, spans.valueFrom(tags), spans.valueTo(tags));
        keyEnds[count] = count == 0 ? 0 : keyEnds[count - 1];
        if (uniqueKey >= 0) {
            addKey(spans.valueFrom(uniqueKey), spans.valueTo(uniqueKey));
        }
        if (keys >= 0) {
            addKeys(spans.valueFrom(keys), spans.valueTo(keys));
        }
    }

    /** Keys are separated by blanks. */
    private void addKeys(int from, int to) {
        int at = from;
        while (at < to) {
            int keyEnd = at;
            while (keyEnd < to && bytes[keyEnd] != ' ') {
                keyEnd++;
            }
            if (keyEnd > at) {
                addKey(at, keyEnd);
            }
            at = keyEnd + 1;
        }
    }

    private void addKey(int from, int to) {
        int place = keyEnds[count]++;
        if (place == keyHashes.length) {
            keyHashes = Arrays.copyOf(keyHashes, place * 2);
        }
        keyHashes[place] = TextHash.of(keyPrefixHash, bytes, from, to);
    }

    private void reserve(int more) {
        if (end + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(end + more, bytes.length * 2));
        }
    }

    // ---- what the block holds

    public String topic() {
        return topic;
    }

    public int queueId() {
        return queueId;
    }

    /** How many records there are. */
    public int count() {
        return count;
    }

    /** Bytes of all records. */
    public int length() {
        return end;
    }

    /** Bytes of the largest body. */
    public int largestBody() {
        return largestBody;
    }

    /** Where a record begins, counted from the first. */
    public int start(int i) {
        return starts[i];
    }

    public int size(int i) {
        return starts[i + 1] - starts[i];
    }

    public long tagHash(int i) {
        return tagHashes[i];
    }

    /** Key hashes of a record are those from {@code keysFrom(i)} to {@code keysFrom(i + 1)}, exclusive. */
    public int keysFrom(int i) {
        return i == 0 ? 0 : keyEnds[i - 1];
    }

    public int keyHash(int place) {
        return keyHashes[place];
    }

    // ---- by the holder of the append lock

    /** Fills in what the log gives. */
    public void place(long logOffset, long queueOffset, long storedAt) {
        for (int i = 0; i < count; i++) {
            int start = starts[i];
            LONG.set(bytes, start + MessageLayout.QUEUE_OFFSET, queueOffset + i);
            LONG.set(bytes, start + MessageLayout.PHYSICAL_OFFSET, logOffset + start);
            LONG.set(bytes, start + storedAtMs, storedAt);
        }
    }

    /**
     * Copies the block. The first record is sealed last: until then the place reads as if nothing had been written, and
     * from then on all records are there.
     */
    public void writeTo(ByteBuffer memory, int at) {
        memory.put(at, bytes, 0, end);
        for (int i = count - 1; i >= 0; i--) {
            VarHandle.releaseFence();
            memory.putLong(at + starts[i], (long) size(i) << 32 | MessageLayout.MAGIC_V1 & 0xFFFFFFFFL);
        }
    }
}
