package io.sluice.jms;

import io.sluice.jms.message.SluiceMessage;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;
import java.time.Duration;
import java.util.Optional;

/** A consumer of the simplified API. */
final class SluiceContextConsumer implements JMSConsumer {
    private final SluiceConsumer consumer;

    SluiceContextConsumer(SluiceConsumer consumer) {
        this.consumer = consumer;
    }

    @Override
    public String getMessageSelector() {
        return Unchecked.get(consumer::getMessageSelector);
    }

    @Override
    public MessageListener getMessageListener() {
        return Unchecked.get(consumer::getMessageListener);
    }

    @Override
    public void setMessageListener(MessageListener listener) {
        Unchecked.run(() -> consumer.setMessageListener(listener));
    }

    @Override
    public Message receive() {
        return Unchecked.get(() -> consumer.receive());
    }

    @Override
    public Message receive(long timeoutMs) {
        return Unchecked.get(() -> consumer.receive(timeoutMs));
    }

    @Override
    public Message receiveNoWait() {
        return Unchecked.get(consumer::receiveNoWait);
    }

    @Override
    public void close() {
        Unchecked.run(consumer::close);
    }

    @Override
    public <T> T receiveBody(Class<T> type) {
        return Unchecked.get(() -> body(type, Optional.empty()));
    }

    @Override
    public <T> T receiveBody(Class<T> type, long timeoutMs) {
        return Unchecked.get(() -> body(type, SluiceConsumer.waiting(timeoutMs)));
    }

    @Override
    public <T> T receiveBodyNoWait(Class<T> type) {
        return Unchecked.get(() -> body(type, Optional.of(Duration.ZERO)));
    }

    private <T> T body(Class<T> type, Optional<Duration> timeout) throws JMSException {
        Optional<SluiceMessage> message = consumer.receive(timeout, next -> next.hasBodyOf(type));
        return message.isPresent() ? message.get().getBody(type) : null;
    }
}
