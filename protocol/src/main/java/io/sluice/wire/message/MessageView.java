package io.sluice.wire.message;

import io.sluice.model.Message;
import io.sluice.model.MessageId;
import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads the fields of one stored message in place. Trusts the bytes: whoever took them from a disk or a socket has checked
 * them with {@link RecordCheck} before. Valid as long as the slice is; not for several threads at once.
 */
public final class MessageView {
    private final ByteBuffer record;
    private final int start;
    private final int storeTimestampAt;
    private final int reconsumeTimesAt;
    private final int bodyLengthAt;
    private final int topicAt;
    private final int topicBytes;
    private final int propertiesAt;

    private MessageView(ByteBuffer slice) {
        this.record = slice;
        this.start = slice.position();
        int sysFlag = slice.getInt(start + MessageLayout.SYS_FLAG);
        int bornHostBytes = hostBytes(sysFlag & SysFlag.BORN_HOST_V6);
        int storeHostBytes = hostBytes(sysFlag & SysFlag.STORE_HOST_V6);
        this.storeTimestampAt = start + MessageLayout.BORN_HOST + bornHostBytes;
        this.reconsumeTimesAt = storeTimestampAt + 8 + storeHostBytes;
        this.bodyLengthAt = reconsumeTimesAt + 12;
        int topicLengthAt = bodyLengthAt + 4 + slice.getInt(bodyLengthAt);
        boolean wide = slice.getInt(start + MessageLayout.MAGIC) == MessageLayout.MAGIC_V2;
        this.topicBytes = wide ? slice.getShort(topicLengthAt) & 0xFFFF : slice.get(topicLengthAt) & 0xFF;
        this.topicAt = topicLengthAt + (wide ? 2 : 1);
        this.propertiesAt = topicAt + topicBytes + 2;
    }

    /** A view of the record that starts at the slice's position; the slice is not moved. */
    public static MessageView of(ByteBuffer slice) {
        return new MessageView(slice);
    }

    private static int hostBytes(int v6) {
        return v6 == 0 ? MessageLayout.HOST_V4_BYTES : MessageLayout.HOST_V6_BYTES;
    }

    public int totalSize() {
        return record.getInt(start + MessageLayout.TOTAL_SIZE);
    }

    public int queueId() {
        return record.getInt(start + MessageLayout.QUEUE_ID);
    }

    public int flag() {
        return record.getInt(start + MessageLayout.FLAG);
    }

    public long queueOffset() {
        return record.getLong(start + MessageLayout.QUEUE_OFFSET);
    }

    /** Byte position of the record in the CommitLog. */
    public long logOffset() {
        return record.getLong(start + MessageLayout.PHYSICAL_OFFSET);
    }

    public int sysFlag() {
        return record.getInt(start + MessageLayout.SYS_FLAG);
    }

    public int bodyCrc() {
        return record.getInt(start + MessageLayout.BODY_CRC);
    }

    /** The sender's clock, epoch milliseconds. */
    public long bornAtMs() {
        return record.getLong(start + MessageLayout.BORN_TIMESTAMP);
    }

    public InetSocketAddress bornHost() {
        return host(start + MessageLayout.BORN_HOST, storeTimestampAt);
    }

    /** The broker's clock, epoch milliseconds. */
    public long storedAtMs() {
        return record.getLong(storeTimestampAt);
    }

    public InetSocketAddress storeHost() {
        return host(storeTimestampAt + 8, reconsumeTimesAt);
    }

    private InetSocketAddress host(int from, int to) {
        byte[] address = new byte[to - from - 4];
        record.get(from, address);
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), record.getInt(to - 4) & 0xFFFF);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("an address of 4 or 16 bytes was refused", impossible);
        }
    }

    public int reconsumeTimes() {
        return record.getInt(reconsumeTimesAt);
    }

    /** A copy of the record that says another count; everything else, checksum included, holds for it too. */
    public ByteBuffer copyWithReconsumeTimes(int count) {
        ByteBuffer copy = ByteBuffer.allocate(record.limit() - start).put(0, record, start, record.limit() - start);
        return copy.putInt(reconsumeTimesAt - start, count);
    }

    public long preparedTransactionOffset() {
        return record.getLong(reconsumeTimesAt + 4);
    }

    /** The body as stored: compressed if the sysFlag says so. */
    public ByteBuffer storedBody() {
        return record.slice(bodyLengthAt + 4, record.getInt(bodyLengthAt));
    }

    public boolean isCompressed() {
        return (sysFlag() & SysFlag.COMPRESSED) != 0;
    }

    /**
     * A copy of the body as the sender gave it.
     *
     * @throws BodyCodec.CompressionException when the stored bytes do not inflate, or to more than the limit
     */
    public byte[] body() {
        ByteBuffer stored = storedBody();
        if (isCompressed()) {
            return BodyCodec.inflate(stored, sysFlag());
        }
        byte[] body = new byte[stored.remaining()];
        stored.get(body);
        return body;
    }

    public String topic() {
        byte[] name = new byte[topicBytes];
        record.get(topicAt, name);
        return new String(name, StandardCharsets.UTF_8);
    }

    /** The topic's name as stored. */
    public ByteBuffer topicBytes() {
        return record.slice(topicAt, topicBytes);
    }

    /** The properties as stored, see {@link PropertiesCodec}. */
    public ByteBuffer propertiesBytes() {
        return record.slice(propertiesAt, record.getShort(propertiesAt - 2) & 0xFFFF);
    }

    public MessageProperties properties() {
        return PropertiesCodec.decode(propertiesBytes());
    }

    /** One property, without decoding the others; {@code null} when absent. */
    public String property(String name) {
        return PropertiesCodec.find(propertiesBytes(), name.getBytes(StandardCharsets.UTF_8));
    }

    /** The tag, or {@code null}. */
    public String tag() {
        return property(PropertyNames.TAGS);
    }

    /** Where the record lies, as every door shows it. */
    public MessageId messageId() {
        return new MessageId(storeHost(), logOffset());
    }

    /** A copy as a value, with the body inflated. */
    public Message toMessage() {
        return new Message(new TopicName(topic()), body(), properties(), flag(), bornAtMs());
    }
}
