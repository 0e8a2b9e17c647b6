package io.sluice.broker.send;

import io.sluice.store.log.AppendResult.Stored;
import io.sluice.store.log.PropertySpans;
import io.sluice.store.log.RecordBlock;
import io.sluice.wire.json.JsonBytes;
import io.sluice.wire.message.SendHeader;
import java.nio.ByteBuffer;

/**
 * One send as it lies in the memory of its connection, and then what became of it. Made to be used again and again by one
 * thread; everything here is overwritten with the next send.
 */
public final class PlainSend {
    private static final int TEXT_CAPACITY = 256;

    private final SendHeader head;
    final RecordBlock block = new RecordBlock();
    final PropertySpans spans = new PropertySpans();
    /** What stands in the header of a batch and holds for each of its messages. */
    final JsonBytes ofAll = new JsonBytes(TEXT_CAPACITY);

    private final JsonBytes ids = new JsonBytes(TEXT_CAPACITY);
    private final JsonBytes uniqueKey = new JsonBytes(TEXT_CAPACITY);
    private ByteBuffer body = ByteBuffer.allocate(0);
    private byte[] bornHost = {};
    private boolean batch;
    private int queueId;
    private long queueOffset;

    /** @param head read into by whoever has the frame */
    public PlainSend(SendHeader head) {
        this.head = head;
    }

    SendHeader head() {
        return head;
    }

    /**
     * What the header does not say.
     *
     * @param asBatch whether the body is a batch
     * @param bytes   the body between position and limit; not moved, not kept after the send
     * @param host    the sender's address, encoded as in records
     */
    public void bring(boolean asBatch, ByteBuffer bytes, byte[] host) {
        batch = asBatch;
        body = bytes;
        bornHost = host;
        ids.clear();
        uniqueKey.clear();
    }

    boolean batch() {
        return batch;
    }

    ByteBuffer body() {
        return body;
    }

    byte[] bornHost() {
        return bornHost;
    }

    void storedIn(int queue, Stored first) {
        queueId = queue;
        queueOffset = first.queueOffset();
    }

    // ---- what became of it

    /** Where it is; of a batch the first message. */
    public int queueId() {
        return queueId;
    }

    public long queueOffset() {
        return queueOffset;
    }

    /** The id of the message; of a batch all ids, separated by commas. ASCII. */
    public JsonBytes ids() {
        return ids;
    }

    /** The sender's id of the message, or the one made for it; of a batch that of the whole. UTF-8. */
    public JsonBytes uniqueKey() {
        return uniqueKey;
    }
}
