package io.sluice.wire.message;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * Whether bytes from a disk or a socket are one whole message record. Looks at every length before it is used, so no
 * input can make {@link MessageView} read outside the record. An object judges many records without making anything for
 * each; confined to one thread.
 */
public final class RecordCheck {
    /** What the bytes at a position turned out to be. */
    public enum Verdict {
        /** A whole record whose lengths agree and which has the checksums it says. */
        WHOLE,
        /** Filler up to the end of the segment. */
        BLANK,
        /** Four or eight zero bytes: nothing was ever written here. */
        NOTHING,
        /** A record begins here, but fewer bytes are left than it needs. */
        CUT_SHORT,
        /** The magic is that of no record. */
        UNKNOWN_MAGIC,
        /** A length field contradicts another or the total. */
        LENGTHS_DISAGREE,
        /** The body, or the whole record when it carries a {@link RecordChecksum}, does not have the checksum it says. */
        CHECKSUM_WRONG
    }

    private static final int CHUNK_BYTES = 8192;
    private static final ThreadLocal<byte[]> CHUNK = ThreadLocal.withInitial(() -> new byte[CHUNK_BYTES]);

    private final CRC32 crc = new CRC32();

    /** Judges the record at the buffer's position, which is left as it was; computes the checksum only when asked to. */
    public static Verdict check(ByteBuffer bytes, boolean withChecksum) {
        return new RecordCheck().at(bytes, bytes.position(), bytes.remaining(), withChecksum);
    }

    /**
     * Judges the record at {@code start}, of which {@code left} bytes may be looked at; the buffer is left as it was.
     * Computes the checksum only when asked to.
     */
    public Verdict at(ByteBuffer bytes, int start, int left, boolean withChecksum) {
        if (left < MessageLayout.BLANK_BYTES) {
            return left >= 4 && bytes.getInt(start) != 0 ? Verdict.CUT_SHORT : Verdict.NOTHING;
        }
        int totalSize = bytes.getInt(start + MessageLayout.TOTAL_SIZE);
        int magic = bytes.getInt(start + MessageLayout.MAGIC);
        if (magic == MessageLayout.MAGIC_BLANK) {
            return Verdict.BLANK;
        }
        if (magic != MessageLayout.MAGIC_V1 && magic != MessageLayout.MAGIC_V2) {
            return totalSize == 0 && magic == 0 ? Verdict.NOTHING : Verdict.UNKNOWN_MAGIC;
        }
        if (totalSize < MessageLayout.MIN_BYTES) {
            return Verdict.LENGTHS_DISAGREE;
        }
        if (totalSize > left) {
            return Verdict.CUT_SHORT;
        }
        return inside(bytes, start, totalSize, magic == MessageLayout.MAGIC_V2, withChecksum);
    }

    private Verdict inside(ByteBuffer bytes, int start, int totalSize, boolean wide, boolean withChecksum) {
        int end = start + totalSize;
        int bodyLengthAt = bodyLengthAt(bytes, start);
        if (bodyLengthAt + 4 > end) {
            return Verdict.LENGTHS_DISAGREE;
        }
        int bodyLength = bytes.getInt(bodyLengthAt);
        int bodyAt = bodyLengthAt + 4;
        int topicLengthBytes = wide ? 2 : 1;
        if (bodyLength < 0 || bodyLength > end - bodyAt - topicLengthBytes) {
            return Verdict.LENGTHS_DISAGREE;
        }
        int topicLengthAt = bodyAt + bodyLength;
        int topicLength = wide ? bytes.getShort(topicLengthAt) & 0xFFFF : bytes.get(topicLengthAt) & 0xFF;
        int propertiesLengthAt = topicLengthAt + topicLengthBytes + topicLength;
        if (propertiesLengthAt + 2 > end) {
            return Verdict.LENGTHS_DISAGREE;
        }
        int propertiesLength = bytes.getShort(propertiesLengthAt);
        if (propertiesLength < 0 || propertiesLengthAt + 2 + propertiesLength != end) {
            return Verdict.LENGTHS_DISAGREE;
        }
        if (withChecksum
                && (!hasChecksum(bytes, start, bodyAt, bodyLength)
                        || propertiesLength >= RecordChecksum.BYTES
                                && RecordChecksum.endsAt(bytes, end)
                                && !RecordChecksum.matches(bytes, start, end))) {
            return Verdict.CHECKSUM_WRONG;
        }
        return Verdict.WHOLE;
    }

    private static int bodyLengthAt(ByteBuffer bytes, int start) {
        int sysFlag = bytes.getInt(start + MessageLayout.SYS_FLAG);
        int bornHostBytes =
                (sysFlag & SysFlag.BORN_HOST_V6) == 0 ? MessageLayout.HOST_V4_BYTES : MessageLayout.HOST_V6_BYTES;
        int storeHostBytes =
                (sysFlag & SysFlag.STORE_HOST_V6) == 0 ? MessageLayout.HOST_V4_BYTES : MessageLayout.HOST_V6_BYTES;
        return start + MessageLayout.BORN_HOST + bornHostBytes + 8 + storeHostBytes + 12;
    }

    /** Whether a whole record is of the topic. */
    public static boolean hasTopic(ByteBuffer bytes, int start, byte[] topic) {
        int bodyLengthAt = bodyLengthAt(bytes, start);
        int topicLengthAt = bodyLengthAt + 4 + bytes.getInt(bodyLengthAt);
        boolean wide = bytes.getInt(start + MessageLayout.MAGIC) == MessageLayout.MAGIC_V2;
        int length = wide ? bytes.getShort(topicLengthAt) & 0xFFFF : bytes.get(topicLengthAt) & 0xFF;
        int topicAt = topicLengthAt + (wide ? 2 : 1);
        if (length != topic.length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (bytes.get(topicAt + i) != topic[i]) {
                return false;
            }
        }
        return true;
    }

    /** A stored checksum of 0 means that the writer computed none. */
    private boolean hasChecksum(ByteBuffer bytes, int start, int bodyAt, int bodyLength) {
        int stored = bytes.getInt(start + MessageLayout.BODY_CRC);
        if (stored == 0 || bodyLength == 0) {
            return true;
        }
        crc.reset();
        update(crc, bytes, bodyAt, bodyLength);
        return stored == ((int) crc.getValue() & MessageLayout.CRC_MASK);
    }

    /**
     * Adds bytes to a checksum. What is not on the heap is copied there in pieces: should it be the memory of a file that
     * somebody has cut off, the copy fails with an error that can be caught, the checksum's own loop ends the process.
     */
    static void update(CRC32 crc, ByteBuffer bytes, int from, int length) {
        if (bytes.hasArray()) {
            crc.update(bytes.array(), bytes.arrayOffset() + from, length);
            return;
        }
        byte[] chunk = CHUNK.get();
        int at = from;
        int end = from + length;
        while (at < end) {
            int piece = Math.min(chunk.length, end - at);
            bytes.get(at, chunk, 0, piece);
            crc.update(chunk, 0, piece);
            at += piece;
        }
    }

    /** The checksum as records carry it: CRC-32 of the remaining bytes, masked. The buffer is not moved. */
    public static int crcOf(ByteBuffer body) {
        CRC32 crc = new CRC32();
        update(crc, body, body.position(), body.remaining());
        return (int) crc.getValue() & MessageLayout.CRC_MASK;
    }
}
