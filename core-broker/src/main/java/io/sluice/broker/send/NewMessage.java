package io.sluice.broker.send;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A message as it comes to the broker.
 *
 * @param topic              name as the sender gave it
 * @param queueId            negative: the broker chooses
 * @param template           topic after which a missing one is made, see {@code TopicTable}
 * @param templateQueues     queues wanted then
 * @param sysFlag            see {@link io.sluice.wire.message.SysFlag}
 * @param bornAtMs           the sender's clock, epoch milliseconds
 * @param bornHost           the sender's address
 * @param properties         in their stored form
 * @param body               as it shall be stored; not kept
 * @param reconsumeTimes     for retry topics: failed deliveries so far
 * @param maxReconsumeTimes  for retry topics: how many are allowed; negative: as the group's settings say
 */
public record NewMessage(
        String topic,
        int queueId,
        String template,
        int templateQueues,
        int flag,
        int sysFlag,
        long bornAtMs,
        InetSocketAddress bornHost,
        String properties,
        ByteBuffer body,
        int reconsumeTimes,
        int maxReconsumeTimes) {
    public NewMessage {
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(bornHost, "bornHost");
        Objects.requireNonNull(properties, "properties");
        Objects.requireNonNull(body, "body");
    }

    /** With a copy of the body, which stays as it is. */
    public NewMessage kept() {
        return new NewMessage(
                topic,
                queueId,
                template,
                templateQueues,
                flag,
                sysFlag,
                bornAtMs,
                bornHost,
                properties,
                ByteBuffer.allocate(body.remaining()).put(body.duplicate()).flip(),
                reconsumeTimes,
                maxReconsumeTimes);
    }
}
