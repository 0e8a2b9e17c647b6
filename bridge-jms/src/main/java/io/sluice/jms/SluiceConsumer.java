package io.sluice.jms;

import io.sluice.jms.deliver.Feed;
import io.sluice.jms.deliver.Subscription;
import io.sluice.jms.destination.Address;
import io.sluice.jms.destination.Addressed;
import io.sluice.jms.message.SluiceMessage;
import io.sluice.jms.select.Selector;
import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;
import jakarta.jms.Queue;
import jakarta.jms.QueueReceiver;
import jakarta.jms.Topic;
import jakarta.jms.TopicSubscriber;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

/** Gets the messages of one queue or topic (Jakarta Messaging 3.1 §8), by calling or by a listener. */
public final class SluiceConsumer implements QueueReceiver, TopicSubscriber {
    private static final Predicate<SluiceMessage> ANY = message -> true;

    /** A hundred years: longer timeouts, such as {@link Long#MAX_VALUE}, mean for ever. */
    private static final long FOREVER_MS = Duration.ofDays(36_500).toMillis();

    private final SluiceSession session;
    private final Addressed destination;
    private final Subscription subscription;
    private final Feed feed;
    private final Selector selector;
    private final boolean noLocal;
    private volatile boolean closed;

    SluiceConsumer(
            SluiceSession session,
            Addressed destination,
            Subscription subscription,
            Feed feed,
            Selector selector,
            boolean noLocal) {
        this.session = session;
        this.destination = destination;
        this.subscription = subscription;
        this.feed = feed;
        this.selector = selector;
        this.noLocal = noLocal;
    }

    Address address() {
        return destination.address();
    }

    Feed feed() {
        return feed;
    }

    private void requireOpen() throws JMSException {
        session.requireOpen();
        if (closed) {
            throw new IllegalStateException("the consumer is closed");
        }
    }

    @Override
    public String getMessageSelector() throws JMSException {
        requireOpen();
        return selector.text().orElse(null);
    }

    @Override
    public Queue getQueue() throws JMSException {
        requireOpen();
        if (destination instanceof Queue queue) {
            return queue;
        }
        throw new IllegalStateException("this consumer reads %s".formatted(address()));
    }

    @Override
    public Topic getTopic() throws JMSException {
        requireOpen();
        if (destination instanceof Topic topic) {
            return topic;
        }
        throw new IllegalStateException("this consumer reads %s".formatted(address()));
    }

    @Override
    public boolean getNoLocal() throws JMSException {
        requireOpen();
        return noLocal;
    }

    @Override
    public MessageListener getMessageListener() throws JMSException {
        requireOpen();
        return session.lane().listenerOf(subscription);
    }

    @Override
    public void setMessageListener(MessageListener listener) throws JMSException {
        requireOpen();
        if (listener != null) {
            session.requireListening();
        }
        session.lane().listen(subscription, listener);
    }

    @Override
    public Message receive() throws JMSException {
        return receive(Optional.empty(), ANY).orElse(null);
    }

    /** @param timeoutMs 0 waits for ever; a negative one is refused */
    @Override
    public Message receive(long timeoutMs) throws JMSException {
        return receive(waiting(timeoutMs), ANY).orElse(null);
    }

    /** Asks the broker once: {@code null} means that it had nothing for this consumer. */
    @Override
    public Message receiveNoWait() throws JMSException {
        return receive(Optional.of(Duration.ZERO), ANY).orElse(null);
    }

    /** How long a timeout of the API waits; none for ever. */
    static Optional<Duration> waiting(long timeoutMs) throws JMSException {
        if (timeoutMs < 0) {
            throw new JMSException(
                    "timeout %d ms is negative; expected 0 to wait for ever, or more".formatted(timeoutMs));
        }
        return timeoutMs == 0 || timeoutMs > FOREVER_MS ? Optional.empty() : Optional.of(Duration.ofMillis(timeoutMs));
    }

    Optional<SluiceMessage> receive(Optional<Duration> timeout, Predicate<SluiceMessage> usable) throws JMSException {
        requireOpen();
        return session.lane().receive(subscription, timeout, usable, session.admission());
    }

    @Override
    public void close() throws JMSException {
        if (session.lane().isClosed()) {
            return;
        }
        closed = true;
        session.lane().remove(subscription);
        session.connection().upkeep().forget(feed);
        session.forget(this);
    }
}
