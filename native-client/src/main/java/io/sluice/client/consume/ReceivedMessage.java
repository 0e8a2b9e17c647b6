package io.sluice.client.consume;

import io.sluice.model.Message;
import io.sluice.model.MessageProperties;
import io.sluice.model.MessageQueue;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.wire.message.MessageView;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A stored message as a consumer sees it. Immutable, free to keep and to share among threads. Reads what it is asked for out
 * of the bytes that the broker sent, and keeps them alive: those of up to one pull.
 */
public final class ReceivedMessage {
    private final MessageView view;
    private final MessageQueue queue;
    private final String damage;
    /** Made when first asked for; several threads may make equal ones. */
    private Message message;

    private ReceivedMessage(MessageView view, MessageQueue queue, String damage) {
        this.view = view;
        this.queue = queue;
        this.damage = damage;
    }

    /**
     * The message that the view shows, whose bytes stay as they are from now on.
     *
     * @throws io.sluice.model.SluiceException when the body does not inflate
     */
    public static ReceivedMessage of(MessageView view, MessageQueue queue) {
        ReceivedMessage received = new ReceivedMessage(view, queue, "");
        if (view.isCompressed()) {
            received.message();
        }
        return received;
    }

    /** A message whose body cannot be read; only where it lies is right. */
    static ReceivedMessage damaged(MessageView view, MessageQueue queue, String why) {
        ReceivedMessage received = new ReceivedMessage(view, queue, why);
        received.message =
                new Message(queue.topic(), new byte[0], MessageProperties.NONE, view.flag(), view.bornAtMs());
        return received;
    }

    boolean isDamaged() {
        return !damage.isEmpty();
    }

    /** Why the message cannot be given to a listener; empty when it can. */
    String damage() {
        return damage;
    }

    /**
     * Topic, body (inflated), properties, flag and born time as the sender gave them; for a retried message the topic is the
     * one it was first sent to.
     */
    public Message message() {
        Message known = message;
        if (known == null) {
            MessageProperties properties = view.properties();
            String firstTopic = queue.topic().isRetry() ? properties.get(PropertyNames.RETRY_TOPIC) : null;
            known = new Message(
                    firstTopic == null ? queue.topic() : new TopicName(firstTopic),
                    view.body(),
                    properties,
                    view.flag(),
                    view.bornAtMs());
            message = known;
        }
        return known;
    }

    /** The queue it was read from: for a retried message one of the group's retry topic. */
    public MessageQueue queue() {
        return queue;
    }

    /** Entry number in that queue. */
    public long queueOffset() {
        return view.queueOffset();
    }

    /** Byte position in the log of the broker that holds it. */
    public long logOffset() {
        return view.logOffset();
    }

    /** 1 for the first delivery to the group. */
    public int attempt() {
        return view.reconsumeTimes() + 1;
    }

    /** Clock of the broker, epoch milliseconds. */
    public long storedAtMs() {
        return view.storedAtMs();
    }

    public InetSocketAddress bornHost() {
        return view.bornHost();
    }

    /** Offset message id, see {@link io.sluice.model.MessageId}. */
    public String messageId() {
        return view.messageId().toString();
    }

    /** Size of the stored record. */
    public int storedBytes() {
        return view.totalSize();
    }

    public TopicName topic() {
        return queue.topic().isRetry() ? message().topic() : queue.topic();
    }

    public byte[] body() {
        Message known = message;
        return known == null ? view.body() : known.body();
    }

    /** The body read as UTF-8. */
    public String text() {
        return new String(body(), StandardCharsets.UTF_8);
    }

    public MessageProperties properties() {
        return message().properties();
    }

    public Optional<String> tag() {
        return properties().tag();
    }

    public List<String> keys() {
        return properties().keys();
    }

    /** What the sender, or a broker, has set under this name. */
    public Optional<String> property(String name) {
        return properties().find(name);
    }

    /** The id that the producer gave, or else {@link #messageId}. */
    public String uniqueKey() {
        return properties().uniqueKey().orElseGet(this::messageId);
    }

    /** Never shows the body: payloads do not belong in logs. */
    @Override
    public String toString() {
        return "ReceivedMessage[queue=%s, queueOffset=%d, messageId=%s, attempt=%d]"
                .formatted(queue, queueOffset(), messageId(), attempt());
    }
}
