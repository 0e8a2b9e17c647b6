package io.sluice.broker.send;

import io.sluice.broker.topic.SystemTopics;
import io.sluice.broker.topic.TopicTable;
import io.sluice.broker.topic.TopicTable.Wanted;
import io.sluice.model.Message;
import io.sluice.model.PropertyNames;
import io.sluice.port.MessageWriter;
import io.sluice.port.Placement;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.SendOutcome;
import io.sluice.wire.message.PropertiesCodec;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Sends for doors in the same process: messages as values, the queue by placement. A topic that does not exist is made
 * after the template for automatic topics, with as many queues as that has.
 */
public final class DoorWriter implements MessageWriter {
    private static final int BROKER_CHOOSES = -1;
    private static final int LIKE_TEMPLATE = Integer.MAX_VALUE;

    private final SendService sends;
    private final TopicTable topics;
    private final InetSocketAddress bornHost;

    /** @param bornHost written to the messages as the sender's address */
    public DoorWriter(SendService sends, TopicTable topics, InetSocketAddress bornHost) {
        this.sends = sends;
        this.topics = topics;
        this.bornHost = bornHost;
    }

    @Override
    public CompletionStage<SendOutcome> send(Message message, Placement placement) {
        try {
            return sends.send(incoming(message, placement)).thenApply(Sent::outcome);
        } catch (RefusedException refused) {
            return CompletableFuture.completedFuture(new SendOutcome.Refused(refused.reason(), refused.getMessage()));
        }
    }

    /** @throws RefusedException when the topic is the broker's own */
    public NewMessage incoming(Message message, Placement placement) {
        if (message.topic().isRetry()
                || message.topic().isDeadLetter()
                || topics.system().isSystem(message.topic().value())) {
            throw new RefusedException(
                    Refusal.NOT_WRITABLE,
                    "topic %s is the broker's own; send to a topic of your own".formatted(message.topic()));
        }
        Message placed = placement instanceof Placement.ByShardingKey byKey
                        && !message.properties().has(PropertyNames.SHARDING_KEY)
                ? message.withProperty(PropertyNames.SHARDING_KEY, byKey.key())
                : message;
        return new NewMessage(
                message.topic().value(),
                queueOf(message, placement),
                SystemTopics.AUTO_CREATE_TEMPLATE,
                LIKE_TEMPLATE,
                message.flag(),
                0,
                message.bornAtMs(),
                bornHost,
                PropertiesCodec.text(placed.properties()),
                ByteBuffer.wrap(message.body()),
                0,
                0);
    }

    private int queueOf(Message message, Placement placement) {
        if (placement instanceof Placement.Queue queue) {
            return queue.queueId() < 0 ? Integer.MAX_VALUE : queue.queueId();
        }
        if (placement instanceof Placement.ByShardingKey byKey) {
            return queueOf(message, byKey.key());
        }
        return placement instanceof Placement.Together together ? queueOf(message, together.key()) : BROKER_CHOOSES;
    }

    private int queueOf(Message message, String key) {
        Wanted wanted = topics.forSending(message.topic().value(), SystemTopics.AUTO_CREATE_TEMPLATE, LIKE_TEMPLATE);
        return wanted instanceof Wanted.Found found && found.topic().writeQueues() > 0
                ? Placement.queueFor(key, found.topic().writeQueues())
                : BROKER_CHOOSES;
    }
}
