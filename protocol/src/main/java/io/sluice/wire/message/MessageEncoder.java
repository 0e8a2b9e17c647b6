package io.sluice.wire.message;

import java.lang.invoke.VarHandle;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Writes stored messages. Two steps: {@link #fill} writes everything behind the first eight bytes, {@link #seal} those, so
 * that until then the place still reads as one where nothing was written. Stateless; see {@link MessageLayout}.
 */
public final class MessageEncoder {
    /** Largest topic that a record can carry here, in bytes; over {@link MessageLayout#TOPIC_V1_MAX_BYTES} it is V2. */
    public static final int TOPIC_MAX_BYTES = 255;

    private MessageEncoder() {}

    /** Bytes of the record. Body and properties are measured from position to limit. */
    public static int sizeOf(NewRecord message, int topicBytes, int storeHostBytes) {
        int topicLengthBytes = topicBytes > MessageLayout.TOPIC_V1_MAX_BYTES ? 2 : 1;
        return MessageLayout.BORN_HOST
                + hostBytes(message.bornHost())
                + 8
                + storeHostBytes
                + 12
                + 4
                + message.body().remaining()
                + topicLengthBytes
                + topicBytes
                + 2
                + message.properties().remaining();
    }

    private static int hostBytes(InetSocketAddress host) {
        return host.getAddress() instanceof Inet6Address ? MessageLayout.HOST_V6_BYTES : MessageLayout.HOST_V4_BYTES;
    }

    /** An address as records carry it: 4 or 16 bytes, then the port in 4. */
    public static byte[] host(InetSocketAddress host) {
        byte[] address = host.getAddress().getAddress();
        return ByteBuffer.allocate(address.length + 4)
                .put(address)
                .putInt(host.getPort())
                .array();
    }

    /**
     * Writes all but the first eight bytes at {@code at}; the buffers of the message are not moved.
     *
     * @param topic     the message's topic, encoded
     * @param bodyCrc   see {@link RecordCheck#crcOf}
     * @param storeHost see {@link #host}
     */
    public static void fill(
            ByteBuffer into,
            int at,
            NewRecord message,
            byte[] topic,
            int bodyCrc,
            long queueOffset,
            long physicalOffset,
            long storedAtMs,
            byte[] storeHost) {
        byte[] bornAddress = message.bornHost().getAddress().getAddress();
        int sysFlag = message.sysFlag() & ~(SysFlag.BORN_HOST_V6 | SysFlag.STORE_HOST_V6);
        if (bornAddress.length == 16) {
            sysFlag |= SysFlag.BORN_HOST_V6;
        }
        if (storeHost.length == MessageLayout.HOST_V6_BYTES) {
            sysFlag |= SysFlag.STORE_HOST_V6;
        }
        into.putInt(at + MessageLayout.BODY_CRC, bodyCrc);
        into.putInt(at + MessageLayout.QUEUE_ID, message.queueId());
        into.putInt(at + MessageLayout.FLAG, message.flag());
        into.putLong(at + MessageLayout.QUEUE_OFFSET, queueOffset);
        into.putLong(at + MessageLayout.PHYSICAL_OFFSET, physicalOffset);
        into.putInt(at + MessageLayout.SYS_FLAG, sysFlag);
        into.putLong(at + MessageLayout.BORN_TIMESTAMP, message.bornAtMs());
        int next = at + MessageLayout.BORN_HOST;
        into.put(next, bornAddress);
        next += bornAddress.length;
        into.putInt(next, message.bornHost().getPort());
        next += 4;
        into.putLong(next, storedAtMs);
        next += 8;
        into.put(next, storeHost);
        next += storeHost.length;
        into.putInt(next, message.reconsumeTimes());
        into.putLong(next + 4, message.preparedTransactionOffset());
        next += 12;
        ByteBuffer body = message.body();
        into.putInt(next, body.remaining());
        next += 4;
        into.put(next, body, body.position(), body.remaining());
        next += body.remaining();
        if (topic.length > MessageLayout.TOPIC_V1_MAX_BYTES) {
            into.putShort(next, (short) topic.length);
            next += 2;
        } else {
            into.put(next++, (byte) topic.length);
        }
        into.put(next, topic);
        next += topic.length;
        ByteBuffer properties = message.properties();
        into.putShort(next, (short) properties.remaining());
        into.put(next + 2, properties, properties.position(), properties.remaining());
    }

    /** Writes size and magic: from now on the record is there. What was filled before is never seen after this. */
    public static void seal(ByteBuffer into, int at, int size, int topicBytes) {
        int magic = topicBytes > MessageLayout.TOPIC_V1_MAX_BYTES ? MessageLayout.MAGIC_V2 : MessageLayout.MAGIC_V1;
        VarHandle.releaseFence();
        into.putLong(at, (long) size << 32 | magic & 0xFFFFFFFFL);
    }

    /** Writes the filler that ends a segment: its size is all that is left there. */
    public static void blank(ByteBuffer into, int at, int remaining) {
        VarHandle.releaseFence();
        into.putLong(at, (long) remaining << 32 | MessageLayout.MAGIC_BLANK & 0xFFFFFFFFL);
    }

    /** A whole record on the heap, for callers that keep messages elsewhere than in a log. */
    public static ByteBuffer encode(
            NewRecord message, long queueOffset, long physicalOffset, long storedAtMs, InetSocketAddress storeHost) {
        byte[] topic = message.topic().getBytes(StandardCharsets.UTF_8);
        byte[] host = host(storeHost);
        int size = sizeOf(message, topic.length, host.length);
        ByteBuffer record = ByteBuffer.allocate(size);
        fill(
                record,
                0,
                message,
                topic,
                RecordCheck.crcOf(message.body()),
                queueOffset,
                physicalOffset,
                storedAtMs,
                host);
        seal(record, 0, size, topic.length);
        return record;
    }
}
