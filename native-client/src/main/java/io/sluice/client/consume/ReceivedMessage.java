package io.sluice.client.consume;

import io.sluice.model.Message;
import io.sluice.model.MessageProperties;
import io.sluice.model.MessageQueue;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.wire.message.MessageView;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * A stored message as a consumer sees it: a copy on the heap, free to keep and to share among threads.
 *
 * @param message      topic, body (inflated), properties, flag and born time as the sender gave them; for a retried message
 *                     the topic is the one it was first sent to
 * @param queue        the queue it was read from: for a retried message one of the group's retry topic
 * @param queueOffset  entry number in that queue
 * @param logOffset    byte position in the log of the broker that holds it
 * @param attempt      1 for the first delivery to the group
 * @param storedAtMs   clock of the broker, epoch milliseconds
 * @param messageId    offset message id, see {@link io.sluice.model.MessageId}
 * @param storedBytes  size of the stored record
 */
public record ReceivedMessage(
        Message message,
        MessageQueue queue,
        long queueOffset,
        long logOffset,
        int attempt,
        long storedAtMs,
        InetSocketAddress bornHost,
        String messageId,
        int storedBytes) {

    /** A copy of what the view shows. */
    public static ReceivedMessage of(MessageView view, MessageQueue queue) {
        Message stored = view.toMessage();
        String firstTopic = stored.topic().isRetry() ? stored.properties().get(PropertyNames.RETRY_TOPIC) : null;
        return new ReceivedMessage(
                firstTopic == null ? stored : stored.withTopic(new TopicName(firstTopic)),
                queue,
                view.queueOffset(),
                view.logOffset(),
                view.reconsumeTimes() + 1,
                view.storedAtMs(),
                view.bornHost(),
                view.messageId().toString(),
                view.totalSize());
    }

    /** A message whose body cannot be read; only where it lies is right. */
    static ReceivedMessage withoutBody(MessageView view, MessageQueue queue) {
        return new ReceivedMessage(
                new Message(queue.topic(), new byte[0], MessageProperties.NONE, view.flag(), view.bornAtMs()),
                queue,
                view.queueOffset(),
                view.logOffset(),
                view.reconsumeTimes() + 1,
                view.storedAtMs(),
                view.bornHost(),
                view.messageId().toString(),
                view.totalSize());
    }

    public TopicName topic() {
        return message.topic();
    }

    public byte[] body() {
        return message.body();
    }

    /** The body read as UTF-8. */
    public String text() {
        return new String(message.body(), StandardCharsets.UTF_8);
    }

    public MessageProperties properties() {
        return message.properties();
    }

    /** The id that the producer gave, or else {@link #messageId}. */
    public String uniqueKey() {
        return message.properties().uniqueKey().orElse(messageId);
    }
}
