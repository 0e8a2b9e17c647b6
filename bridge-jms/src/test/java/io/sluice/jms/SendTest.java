package io.sluice.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.port.Refusal;
import jakarta.jms.CompletionListener;
import jakarta.jms.DeliveryMode;
import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.ResourceAllocationException;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Producers, Jakarta Messaging 3.1 §7. */
class SendTest extends AgainstMemoryBroker {

    /** What an asynchronous send told, in order. */
    private static final class Told implements CompletionListener {
        final List<Message> done = new CopyOnWriteArrayList<>();
        final List<Exception> failed = new CopyOnWriteArrayList<>();
        final AtomicReference<Thread> thread = new AtomicReference<>();

        @Override
        public void onCompletion(Message message) {
            thread.set(Thread.currentThread());
            done.add(message);
        }

        @Override
        public void onException(Message message, Exception failure) {
            failed.add(failure);
        }
    }

    /** §7.9: a message is not delivered before its delivery time, which is the time of the send and the delay. */
    @Test
    void aMessageWithADeliveryDelayIsNotDeliveredBeforeItsDeliveryTime() throws Exception {
        Queue queue = session.createQueue("orders");
        MessageProducer producer = session.createProducer(queue);
        TextMessage later = session.createTextMessage("later");
        producer.setDeliveryDelay(600);
        producer.send(later);
        assertThat(producer.getDeliveryDelay()).isEqualTo(600);
        assertThat(later.getJMSDeliveryTime()).isEqualTo(later.getJMSTimestamp() + 600);
        producer.setDeliveryDelay(0);
        producer.send(session.createTextMessage("now"));

        MessageConsumer consumer = session.createConsumer(queue);
        assertThat(receiveTexts(consumer, 2)).containsExactly("now", "later");
        assertThat(System.currentTimeMillis()).isGreaterThanOrEqualTo(later.getJMSDeliveryTime());
        assertThatThrownBy(() -> producer.setDeliveryDelay(-1)).isInstanceOf(JMSException.class);
    }

    /** §7.3: called back in order, on another thread, with the id set. */
    @Test
    void asynchronousSendsAreCalledBackInOrderOnAnotherThread() throws Exception {
        Queue queue = session.createQueue("orders");
        MessageProducer producer = session.createProducer(queue);
        Told told = new Told();
        List<Message> sent = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            TextMessage message = session.createTextMessage("m" + i);
            sent.add(message);
            producer.send(message, told);
        }

        soon().until(() -> told.done.size() == 50);
        assertThat(told.done).containsExactlyElementsOf(sent);
        assertThat(told.thread.get()).isNotSameAs(Thread.currentThread());
        assertThat(sent.get(7).getJMSMessageID()).startsWith("ID:");
        assertThat(receiveTexts(session.createConsumer(queue), 50)).first().isEqualTo("m0");
    }

    @Test
    void anAsynchronousSendThatFailsTellsItsListener() throws Exception {
        broker.refuseSends(Refusal.DISK_FULL, "no room");
        Told told = new Told();

        session.createProducer(session.createQueue("orders")).send(session.createTextMessage("x"), told);

        soon().until(() -> told.failed.size() == 1);
        assertThat(told.failed.get(0))
                .isInstanceOf(ResourceAllocationException.class)
                .hasMessageContaining("no room");
        assertThat(told.done).isEmpty();
    }

    @Test
    void aCompletionListenerIsRequired() throws Exception {
        MessageProducer producer = session.createProducer(session.createQueue("orders"));
        assertThatThrownBy(() -> producer.send(session.createTextMessage("x"), (CompletionListener) null))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** §7.3.4: close waits for callbacks; a callback must not close what waits for it. */
    @Test
    void closingWaitsForCallbacksWhichMustNotClose() throws Exception {
        var own = connection.createSession();
        MessageProducer producer = own.createProducer(own.createQueue("orders"));
        List<Throwable> thrown = new CopyOnWriteArrayList<>();
        producer.send(own.createTextMessage("x"), new CompletionListener() {
            @Override
            public void onCompletion(Message message) {
                for (AutoCloseable forbidden : List.<AutoCloseable>of(producer, own, connection)) {
                    try {
                        forbidden.close();
                    } catch (Exception refused) {
                        thrown.add(refused);
                    }
                }
            }

            @Override
            public void onException(Message message, Exception failure) {
                thrown.add(failure);
            }
        });

        own.close();

        assertThat(thrown).hasSize(3).allMatch(IllegalStateException.class::isInstance);
    }

    @Test
    void aRefusalIsTheExceptionThatTheSpecificationHasForIt() throws Exception {
        MessageProducer producer = session.createProducer(session.createQueue("orders"));
        Map<Refusal, Class<? extends JMSException>> expected = Map.of(
                Refusal.NO_SUCH_TOPIC, InvalidDestinationException.class,
                Refusal.FORBIDDEN, JMSSecurityException.class,
                Refusal.TOO_LARGE, MessageFormatException.class,
                Refusal.DISK_FULL, ResourceAllocationException.class,
                Refusal.OVERLOADED, ResourceAllocationException.class,
                Refusal.UNAVAILABLE, JMSException.class);
        expected.forEach((refusal, exception) -> {
            broker.refuseSends(refusal, "the remedy");
            assertThatThrownBy(() -> producer.send(session.createTextMessage("x")))
                    .isInstanceOf(exception)
                    .isInstanceOfSatisfying(JMSException.class, failed -> assertThat(failed.getErrorCode())
                            .isEqualTo(refusal.name()))
                    .hasMessageContaining("the remedy");
        });
    }

    /** §7.1, §7.2: which of the send methods fits the producer. */
    @Test
    void aProducerIsForItsDestinationOrForAny() throws Exception {
        Queue queue = session.createQueue("orders");
        MessageProducer bound = session.createProducer(queue);
        MessageProducer free = session.createProducer(null);
        TextMessage message = session.createTextMessage("x");

        assertThat(bound.getDestination()).isEqualTo(queue);
        assertThat(free.getDestination()).isNull();
        assertThatThrownBy(() -> bound.send(queue, message)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> free.send(message)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> free.send((jakarta.jms.Destination) null, message))
                .isInstanceOf(InvalidDestinationException.class);
        assertThatThrownBy(() -> bound.send(null)).isInstanceOf(MessageFormatException.class);
        free.send(queue, message);
        assertThat(text(session.createConsumer(queue).receive(SOON_MS))).isEqualTo("x");
    }

    @Test
    void settingsOutOfRangeAreRefused() throws Exception {
        MessageProducer producer = session.createProducer(session.createQueue("orders"));
        assertThatThrownBy(() -> producer.setPriority(10)).isInstanceOf(JMSException.class);
        assertThatThrownBy(() -> producer.setPriority(-1)).isInstanceOf(JMSException.class);
        assertThatThrownBy(() -> producer.setDeliveryMode(0)).isInstanceOf(JMSException.class);
        assertThatThrownBy(() -> producer.setTimeToLive(-1)).isInstanceOf(JMSException.class);
        assertThatThrownBy(() -> producer.send(session.createMessage(), DeliveryMode.PERSISTENT, 11, 0))
                .isInstanceOf(JMSException.class);
    }

    /** §3.9: a message may be sent again, also one that was received. */
    @Test
    void aReceivedMessageCanBeSentOn() throws Exception {
        Queue first = session.createQueue("first");
        Queue second = session.createQueue("second");
        TextMessage original = session.createTextMessage("x");
        original.setIntProperty("count", 3);
        session.createProducer(first).send(original);
        Message received = session.createConsumer(first).receive(SOON_MS);

        session.createProducer(second).send(received);

        Message again = session.createConsumer(second).receive(SOON_MS);
        assertThat(text(again)).isEqualTo("x");
        assertThat(again.getObjectProperty("count")).isEqualTo(3);
        assertThat(again.getIntProperty("JMSXDeliveryCount")).isEqualTo(1);
    }
}
