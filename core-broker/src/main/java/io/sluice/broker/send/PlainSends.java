package io.sluice.broker.send;

import io.sluice.broker.metrics.BrokerMetrics;
import io.sluice.broker.topic.Topic;
import io.sluice.broker.topic.TopicTable;
import io.sluice.model.PropertyNames;
import io.sluice.store.MessageStore;
import io.sluice.store.log.AppendResult;
import io.sluice.store.log.PropertySpans;
import io.sluice.store.log.RecordBlock;
import io.sluice.wire.json.JsonBytes;
import io.sluice.wire.message.PropertiesCodec;
import io.sluice.wire.message.SysFlag;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The short way for sends that ask for nothing special: to a topic that is there, without delay, transaction or retry, on a
 * broker that answers before the disk has the message. The bytes go from the frame to the record; no text, no future and no
 * list is made. Everything else is turned away before anything has happened, and goes through {@link SendService}, which
 * also knows what to say of a send that is refused.
 *
 * <p>Safe for many threads, each with a {@link PlainSend} of its own; works on the thread that asks and never blocks.
 */
public final class PlainSends {
    private static final byte[] UNIQUE_KEY = ascii(PropertyNames.UNIQUE_KEY);
    private static final byte[] DELAY = ascii(PropertyNames.DELAY_LEVEL);
    private static final byte[] HALF = ascii(PropertyNames.TRANSACTION_PREPARED);
    private static final byte[] TIMER = ascii("TIMER_");
    private static final byte[] TRACE_ON = ascii(PropertyNames.TRACE_ON);
    private static final byte[] REGION = ascii(PropertyNames.REGION);
    private static final byte[] CLUSTER = ascii(PropertyNames.CLUSTER);
    private static final byte[] ONCE = ascii(PropertyNames.IDEMPOTENCY_KEY);
    private static final byte[] CHECK_POINT = ascii(PropertyNames.POP_CHECK_POINT);
    private static final byte[] EXPIRES_AT = ascii(PropertyNames.EXPIRES_AT);

    private final MessageStore store;
    private final TopicTable topics;
    private final BrokerMetrics metrics;
    private final int maxMessageBytes;
    private final UniqueKeys uniqueKeys;
    private final MessageIds ids;
    /** What every stored message gets, in stored form. */
    private final byte[] stamp;

    PlainSends(
            MessageStore store,
            TopicTable topics,
            BrokerMetrics metrics,
            int maxMessageBytes,
            UniqueKeys uniqueKeys,
            MessageIds ids,
            byte[] stamp) {
        this.store = store;
        this.topics = topics;
        this.metrics = metrics;
        this.maxMessageBytes = maxMessageBytes;
        this.uniqueKeys = uniqueKeys;
        this.ids = ids;
        this.stamp = stamp;
    }

    private static byte[] ascii(String name) {
        return name.getBytes(StandardCharsets.US_ASCII);
    }

    /** Whether any send of this broker can go the short way. */
    public boolean areTaken() {
        return !store.waitsForDisk();
    }

    /**
     * Stores the message, or the messages of the batch next to each other.
     *
     * @return {@code false} when the send is not plain, or is refused: nothing has happened
     */
    public boolean store(PlainSend send) {
        Topic topic = topics.find(send.head().topic()).orElse(null);
        if (topic == null || !isPlain(send, topic)) {
            return false;
        }
        RecordBlock block = send.block;
        if (!store.begin(block, topic.name().value())) {
            return false;
        }
        int queueId = send.head().queueId() >= 0
                ? send.head().queueId()
                : ThreadLocalRandom.current().nextInt(topic.writeQueues());
        block.from(
                queueId,
                send.head().sysFlag() & ~SysFlag.TRANSACTION_MASK,
                send.head().bornTimestamp(),
                send.bornHost(),
                send.batch() ? 0 : send.head().reconsumeTimes());
        if (!(send.batch() ? addAll(send) : addOne(send))) {
            return false;
        }
        if (!(store.append(block) instanceof AppendResult.Stored first)) {
            return false;
        }
        metrics.stored(topic.name().value(), block.count(), block.length());
        send.storedIn(queueId, first);
        for (int i = 0; i < block.count(); i++) {
            if (i > 0) {
                send.ids().raw((byte) ',');
            }
            ids.write(first.logOffset() + block.start(i), send.ids());
        }
        return true;
    }

    private boolean isPlain(PlainSend send, Topic topic) {
        String name = topic.name().value();
        return topic.isWritable()
                && topic.writeQueues() > 0
                && send.head().queueId() < topic.queues()
                && !topic.name().isRetry()
                && !topics.system().isClosedToClients(name)
                && send.body().remaining() <= maxMessageBytes
                && (send.head().sysFlag() & SendService.SYSTEM_FLAGS_REFUSED) == 0
                && topics.unsaved(name).isEmpty();
    }

    private boolean addOne(PlainSend send) {
        ByteBuffer body = send.body();
        RecordBlock block = send.block;
        JsonBytes said = send.head().properties();
        block.record(send.head().flag(), body, body.position(), body.remaining());
        block.properties(said.array(), 0, said.length());
        if (!complete(send)) {
            return false;
        }
        noteUniqueKey(send, block.bytes());
        return block.finish(send.spans) && block.count() == 1;
    }

    private static void noteUniqueKey(PlainSend send, byte[] bytes) {
        for (int i = 0; i < send.spans.count(); i++) {
            if (send.spans.isNamed(i, UNIQUE_KEY)) {
                int from = send.spans.valueFrom(i);
                send.uniqueKey().clear().raw(bytes, from, send.spans.valueTo(i) - from);
            }
        }
    }

    /** See {@link BatchBody}, which also says what is wrong with a body that is turned away here. */
    private boolean addAll(PlainSend send) {
        if (!noteOfAll(send)) {
            return false;
        }
        ByteBuffer batch = send.body();
        int end = batch.limit();
        int at = batch.position();
        RecordBlock block = send.block;
        while (at < end) {
            if (end - at < BatchBody.FIXED_BYTES || block.count() == SendService.BATCH_MAX) {
                return false;
            }
            int size = batch.getInt(at);
            int next = at + size;
            int bodyAt = at + BatchBody.BODY;
            int bodyBytes = batch.getInt(bodyAt - 4);
            if (size < BatchBody.FIXED_BYTES
                    || size > end - at
                    || bodyBytes < 0
                    || bodyBytes > size - BatchBody.FIXED_BYTES) {
                return false;
            }
            int propertiesAt = bodyAt + bodyBytes + 2;
            int propertiesBytes = batch.getShort(propertiesAt - 2);
            if (propertiesBytes < 0 || propertiesAt + propertiesBytes != next) {
                return false;
            }
            block.record(batch.getInt(at + BatchBody.FLAG), batch, bodyAt, bodyBytes);
            block.properties(send.ofAll.array(), 0, send.ofAll.length());
            block.properties(batch, propertiesAt, propertiesBytes);
            if (!complete(send) || !block.finish(send.spans)) {
                return false;
            }
            at = next;
        }
        return block.count() > 0;
    }

    /** The header's properties hold for every message, except for its unique key, which is that of the batch. */
    private boolean noteOfAll(PlainSend send) {
        JsonBytes said = send.head().properties();
        PropertySpans spans = send.spans.scan(said.array(), 0, said.length());
        send.ofAll.clear();
        for (int i = 0; i < spans.count(); i++) {
            if (isSpecial(spans, i)) {
                return false;
            }
            if (spans.isNamed(i, UNIQUE_KEY)) {
                int from = spans.valueFrom(i);
                send.uniqueKey().clear().raw(said.array(), from, spans.valueTo(i) - from);
            } else {
                send.ofAll.raw(said.array(), spans.pairFrom(i), spans.valueTo(i) - spans.pairFrom(i));
                send.ofAll.raw(PropertiesCodec.PAIR_END);
            }
        }
        return true;
    }

    /** Adds what a broker adds; {@code false} when the properties ask for something special. */
    private boolean complete(PlainSend send) {
        RecordBlock block = send.block;
        block.closePair();
        PropertySpans spans = send.spans.scan(block.bytes(), block.propertiesFrom(), block.position());
        boolean hasKey = false;
        for (int i = 0; i < spans.count(); i++) {
            if (isSpecial(spans, i)) {
                return false;
            }
            hasKey |= spans.isNamed(i, UNIQUE_KEY);
        }
        if (!hasKey) {
            byte[] made = ascii(PropertyNames.UNIQUE_KEY + (char) PropertiesCodec.NAME_END + uniqueKeys.next());
            block.properties(made, 0, made.length);
            block.closePair();
            spans.scan(block.bytes(), block.propertiesFrom(), block.position());
        }
        block.properties(stamp, 0, stamp.length);
        return true;
    }

    private static boolean isSpecial(PropertySpans spans, int i) {
        return switch (spans.initial(i)) {
            case 'D' -> spans.isNamed(i, DELAY);
            case 'T' -> spans.isNamed(i, HALF) || spans.isNamed(i, TRACE_ON) || spans.beginsWith(i, TIMER);
            case 'M' -> spans.isNamed(i, REGION);
            case 'C' -> spans.isNamed(i, CLUSTER);
            case 'P' -> spans.isNamed(i, CHECK_POINT);
            case 'e' -> spans.isNamed(i, EXPIRES_AT);
            case 'i' -> spans.isNamed(i, ONCE);
            default -> false;
        };
    }
}
