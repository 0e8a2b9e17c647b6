package io.sluice.broker.timer;

import io.sluice.broker.topic.SystemTopics;
import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import io.sluice.wire.message.MessageLayout;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import io.sluice.wire.message.PropertiesCodec;
import io.sluice.wire.message.SysFlag;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Records that wait, and what is made of them. */
final class TimerRecords {
    private static final InetSocketAddress NOBODY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final long UNKNOWN = -1;

    private TimerRecords() {}

    /** When it shall be delivered, epoch milliseconds; -1 when the record does not say. */
    static long dueAtMs(MessageView message) {
        return number(message.property(PropertyNames.TIMER_OUT_MS));
    }

    /** When to look at it again: at its delivery, or before that to write it anew. */
    static long wakeAtMs(MessageView message) {
        long due = dueAtMs(message);
        long rewrite = number(message.property(PropertyNames.TIMER_REWRITE_AT));
        return rewrite < 0 ? due : Math.min(due, rewrite);
    }

    /** The queue of the message in its own topic; -1 when the record does not say. */
    static int queueId(MessageView message) {
        long queueId = number(message.property(PropertyNames.REAL_QUEUE_ID));
        return queueId > Integer.MAX_VALUE ? -1 : (int) queueId;
    }

    private static long number(String text) {
        return text != null && text.matches("[0-9]{1,18}") ? Long.parseLong(text) : UNKNOWN;
    }

    /** The message in its own topic. What it says of its past stays, as with other brokers. */
    static NewRecord delivered(MessageView message, String topic, int queueId, long nowMs) {
        return copy(message, topic, queueId, deliveredProperties(message, nowMs));
    }

    private static ByteBuffer deliveredProperties(MessageView message, long nowMs) {
        ByteBuffer before = message.propertiesBytes();
        if (message.property(PropertyNames.TIMER_REWRITE_AT) != null) {
            before = ByteBuffer.wrap(
                    PropertiesCodec.encode(message.properties().without(PropertyNames.TIMER_REWRITE_AT)));
        }
        byte[] added = PropertiesCodec.encode(MessageProperties.NONE
                .with(PropertyNames.TIMER_ENQUEUE_MS, Long.toString(message.storedAtMs()))
                .with(PropertyNames.TIMER_DEQUEUE_MS, Long.toString(nowMs)));
        boolean open = before.hasRemaining() && before.get(before.limit() - 1) != PropertiesCodec.PAIR_END;
        int length = before.remaining() + (open ? 1 : 0) + added.length;
        if (length > MessageLayout.PROPERTIES_MAX_BYTES) {
            return before;
        }
        ByteBuffer all = ByteBuffer.allocate(length).put(before.duplicate());
        if (open) {
            all.put(PropertiesCodec.PAIR_END);
        }
        return all.put(added).flip();
    }

    /**
     * The message waiting on, at the end of the log. One whose properties leave no room for the time of the next rewrite is
     * not rewritten again.
     */
    static NewRecord rewritten(MessageView message, long nowMs, TimerRules rules) {
        MessageProperties before = message.properties();
        long times = Math.max(0, number(before.get(PropertyNames.TIMER_ROLL_TIMES)));
        long next = nowMs + rules.rewriteAfter().toMillis();
        MessageProperties after = before.with(PropertyNames.TIMER_ROLL_TIMES, Long.toString(times + 1))
                .with(PropertyNames.TIMER_REWRITE_AT, next < dueAtMs(message) ? Long.toString(next) : "");
        byte[] properties = PropertiesCodec.encode(after);
        if (properties.length > MessageLayout.PROPERTIES_MAX_BYTES) {
            properties = PropertiesCodec.encode(before.without(PropertyNames.TIMER_REWRITE_AT));
        }
        return copy(message, SystemTopics.TIMER, 0, ByteBuffer.wrap(properties));
    }

    private static NewRecord copy(MessageView message, String topic, int queueId, ByteBuffer properties) {
        return new NewRecord(
                topic,
                queueId,
                message.flag(),
                message.sysFlag() & ~SysFlag.TRANSACTION_MASK,
                message.bornAtMs(),
                message.bornHost(),
                message.reconsumeTimes(),
                0,
                message.storedBody(),
                properties,
                false);
    }

    static NewRecord facts(TimerFacts facts, boolean waitForDisk) {
        return new NewRecord(
                TimerFacts.TOPIC,
                TimerFacts.QUEUE_ID,
                0,
                0,
                0,
                NOBODY,
                0,
                0,
                facts.encode(),
                ByteBuffer.wrap("".getBytes(StandardCharsets.UTF_8)),
                waitForDisk);
    }
}
