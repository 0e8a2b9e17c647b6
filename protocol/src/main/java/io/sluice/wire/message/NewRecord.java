package io.sluice.wire.message;

import io.sluice.model.Message;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Everything a stored message is made of, except what the log gives it (offsets, store time, store host).
 *
 * @param topic                     name as text; the store does not check the characters
 * @param queueId                   0..
 * @param flag                      the application's, opaque
 * @param sysFlag                   see {@link SysFlag}; the host bits are set by the encoder
 * @param bornAtMs                  the sender's clock, epoch milliseconds
 * @param bornHost                  resolved address of the sender
 * @param reconsumeTimes            deliveries before this one
 * @param preparedTransactionOffset log offset of the half message of a committed transaction, else 0; the store puts the marks
 *                                  of bundles there
 * @param body                      stored as it is between position and limit; not moved, not kept after the append
 * @param properties                encoded, see {@link PropertiesCodec}; not moved, not kept after the append
 * @param waitForDisk               not stored: whether the sender wants its answer only when the configured durability
 *                                  is reached; {@code false} for {@code WAIT=false}
 */
public record NewRecord(
        String topic,
        int queueId,
        int flag,
        int sysFlag,
        long bornAtMs,
        InetSocketAddress bornHost,
        int reconsumeTimes,
        long preparedTransactionOffset,
        ByteBuffer body,
        ByteBuffer properties,
        boolean waitForDisk) {
    public NewRecord {
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(bornHost, "bornHost");
        Objects.requireNonNull(body, "body");
        Objects.requireNonNull(properties, "properties");
        if (queueId < 0) {
            throw new IllegalArgumentException("queueId %d of %s is negative".formatted(queueId, topic));
        }
    }

    /** A first delivery of the message, not part of a transaction, that waits for the configured durability. */
    public static NewRecord of(Message message, int queueId, InetSocketAddress bornHost) {
        return new NewRecord(
                message.topic().value(),
                queueId,
                message.flag(),
                0,
                message.bornAtMs(),
                bornHost,
                0,
                0L,
                ByteBuffer.wrap(message.body()),
                ByteBuffer.wrap(PropertiesCodec.encode(message.properties())),
                true);
    }

    public NewRecord withProperties(ByteBuffer changed) {
        return new NewRecord(
                topic,
                queueId,
                flag,
                sysFlag,
                bornAtMs,
                bornHost,
                reconsumeTimes,
                preparedTransactionOffset,
                body,
                changed,
                waitForDisk);
    }

    public NewRecord withPreparedTransactionOffset(long changed) {
        return new NewRecord(
                topic,
                queueId,
                flag,
                sysFlag,
                bornAtMs,
                bornHost,
                reconsumeTimes,
                changed,
                body,
                properties,
                waitForDisk);
    }
}
