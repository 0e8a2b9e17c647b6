package io.sluice.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.IllegalStateRuntimeException;
import jakarta.jms.InvalidDestinationRuntimeException;
import jakarta.jms.InvalidSelectorRuntimeException;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSProducer;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatRuntimeException;
import jakarta.jms.MessageNotWriteableRuntimeException;
import jakarta.jms.Queue;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The simplified API, Jakarta Messaging 3.1 §2.8. */
class ContextTest extends AgainstMemoryBroker {
    private JMSContext context;
    private Queue queue;

    @BeforeEach
    void openContext() {
        context = closing(factory.createContext());
        queue = context.createQueue("orders");
    }

    @Test
    void bodiesAreSentAndReceivedAsValues() {
        JMSConsumer consumer = context.createConsumer(queue);
        context.createProducer()
                .send(queue, "text")
                .send(queue, new byte[] {1, 2})
                .send(queue, Map.of("n", 5));

        assertThat(consumer.receiveBody(String.class, SOON_MS)).isEqualTo("text");
        assertThat(consumer.receiveBody(byte[].class, SOON_MS)).containsExactly(1, 2);
        Map<?, ?> map = consumer.receiveBody(Map.class, SOON_MS);
        assertThat(map).isEqualTo(Map.of("n", 5));
        assertThat(consumer.receiveBodyNoWait(String.class)).isNull();
    }

    /** §8.6: the failed call counts as if it had not been made. */
    @Test
    void aBodyOfAnotherTypeStaysTheNextMessage() throws Exception {
        context.createProducer().send(queue, "first").send(queue, "second");
        JMSConsumer consumer = context.createConsumer(queue);

        assertThatThrownBy(() -> consumer.receiveBody(Map.class, SOON_MS))
                .isInstanceOf(MessageFormatRuntimeException.class);

        Message first = consumer.receive(SOON_MS);
        assertThat(first.getBody(String.class)).isEqualTo("first");
        assertThat(first.getJMSRedelivered()).isFalse();
        assertThat(first.getIntProperty("JMSXDeliveryCount")).isEqualTo(1);
        assertThat(consumer.receiveBody(String.class, SOON_MS)).isEqualTo("second");
    }

    @Test
    void inClientModeABodyOfAnotherTypeComesAgainAfterRecover() throws Exception {
        context.createProducer().send(queue, "first");
        JMSContext client = closing(factory.createContext(JMSContext.CLIENT_ACKNOWLEDGE));
        JMSConsumer consumer = client.createConsumer(queue);
        assertThatThrownBy(() -> consumer.receiveBody(Map.class, SOON_MS))
                .isInstanceOf(MessageFormatRuntimeException.class);
        assertThat(consumer.receiveNoWait()).isNull();

        client.recover();

        Message again = consumer.receive(SOON_MS);
        assertThat(again.getJMSRedelivered()).isTrue();
        client.acknowledge();
        assertThat(broker.openLeases()).isZero();
    }

    /** §7.5, §7.6: what is set on the producer goes onto every message, over the message's own. */
    @Test
    void propertiesAndHeadersOfTheProducerGoOntoEveryMessage() throws Exception {
        Message own = context.createTextMessage("x");
        own.setStringProperty("who", "message");
        own.setStringProperty("kept", "yes");
        JMSProducer producer = context.createProducer()
                .setProperty("who", "producer")
                .setProperty("n", 5)
                .setJMSCorrelationID("c")
                .setJMSType("t")
                .setJMSReplyTo(queue)
                .setPriority(8)
                .setTimeToLive(60_000);
        assertThat(producer.getPropertyNames()).containsExactlyInAnyOrder("who", "n");
        assertThat(producer.getIntProperty("n")).isEqualTo(5);

        producer.send(queue, own);

        Message received = context.createConsumer(queue).receive(SOON_MS);
        assertThat(received.getStringProperty("who")).isEqualTo("producer");
        assertThat(received.getStringProperty("kept")).isEqualTo("yes");
        assertThat(received.getObjectProperty("n")).isEqualTo(5);
        assertThat(received.getJMSCorrelationID()).isEqualTo("c");
        assertThat(received.getJMSType()).isEqualTo("t");
        assertThat(received.getJMSReplyTo()).isEqualTo(queue);
        assertThat(received.getJMSPriority()).isEqualTo(8);
        assertThat(received.getJMSExpiration()).isPositive();
    }

    @Test
    void aReceivedMessageCannotGetPropertiesFromAProducer() {
        context.createProducer().send(queue, "x");
        Message received = context.createConsumer(queue).receive(SOON_MS);

        assertThatThrownBy(() -> context.createProducer().setProperty("a", 1).send(queue, received))
                .isInstanceOf(MessageNotWriteableRuntimeException.class);
    }

    @Test
    void anAsynchronousProducerCallsBack() {
        List<Message> done = new CopyOnWriteArrayList<>();
        context.createProducer()
                .setAsync(new jakarta.jms.CompletionListener() {
                    @Override
                    public void onCompletion(Message message) {
                        done.add(message);
                    }

                    @Override
                    public void onException(Message message, Exception failure) {
                        throw new AssertionError(failure);
                    }
                })
                .send(queue, "x");

        soon().until(() -> done.size() == 1);
    }

    /** §8.4: creating a consumer starts the connection, unless told otherwise. */
    @Test
    void aConsumerStartsTheConnectionUnlessAutoStartIsOff() {
        context.createProducer().send(queue, "x");
        JMSContext manual = closing(factory.createContext());
        manual.setAutoStart(false);
        JMSConsumer consumer = manual.createConsumer(queue);
        assertThat(consumer.receiveNoWait()).isNull();

        manual.start();

        assertThat(consumer.receiveBody(String.class, SOON_MS)).isEqualTo("x");
    }

    /** §6.1.8: the connection closes with the last context on it. */
    @Test
    void contextsShareAConnectionThatClosesWithTheLast() {
        JMSContext second = context.createContext(JMSContext.CLIENT_ACKNOWLEDGE);
        context.close();
        second.createProducer().send(queue, "x");
        JMSConsumer consumer = second.createConsumer(queue);
        assertThat(consumer.receiveBody(String.class, SOON_MS)).isEqualTo("x");
        second.acknowledge();
        second.close();

        assertThatThrownBy(second::createMessage).isInstanceOf(IllegalStateRuntimeException.class);
        assertThatThrownBy(second::getMetaData).isInstanceOf(IllegalStateRuntimeException.class);
    }

    @Test
    void aClientIdCanBeSetRightAfterCreation() {
        JMSContext own = closing(factory.createContext());
        own.setClientID("me");
        assertThat(own.getClientID()).isEqualTo("me");
    }

    @Test
    void aListenerMustNotCloseItsOwnContext() {
        List<Object> seen = new CopyOnWriteArrayList<>();
        JMSContext own = closing(factory.createContext());
        own.createConsumer(queue).setMessageListener(message -> {
            try {
                own.close();
                seen.add("closed");
            } catch (IllegalStateRuntimeException refused) {
                seen.add(refused);
            }
        });

        context.createProducer().send(queue, "x");

        soon().until(() -> seen.size() == 1);
        assertThat(seen.get(0)).isInstanceOf(IllegalStateRuntimeException.class);
    }

    @Test
    void checkedExceptionsBecomeTheirUncheckedTwins() {
        assertThatThrownBy(() -> context.createQueue("")).isInstanceOf(InvalidDestinationRuntimeException.class);
        assertThatThrownBy(() -> context.createConsumer(queue, "a ="))
                .isInstanceOf(InvalidSelectorRuntimeException.class);
        assertThatThrownBy(() -> context.createProducer().send(queue, (Message) null))
                .isInstanceOf(MessageFormatRuntimeException.class);
        assertThatThrownBy(() -> context.createProducer().send(null, "x"))
                .isInstanceOf(InvalidDestinationRuntimeException.class);
        assertThatThrownBy(() -> factory.createContext(77)).isInstanceOf(JMSRuntimeException.class);
    }

    @Test
    void aTransactedContextSendsWhenItCommits() {
        try (JMSContext transacted = factory.createContext(JMSContext.SESSION_TRANSACTED)) {
            assertThat(transacted.getTransacted()).isTrue();
            transacted.createProducer().send(queue, "kept");
            transacted.commit();
            transacted.createProducer().send(queue, "dropped");
            transacted.rollback();
        }
        assertThat(context.createConsumer(queue).receiveBody(String.class, SOON_MS))
                .isEqualTo("kept");
        assertThat(context.createConsumer(queue).receiveNoWait()).isNull();
    }
}
