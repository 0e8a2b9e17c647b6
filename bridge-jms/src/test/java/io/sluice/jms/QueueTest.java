package io.sluice.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.model.Message;
import io.sluice.port.Placement;
import jakarta.jms.DeliveryMode;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Point-to-point messaging, Jakarta Messaging 3.1 §4.1. */
class QueueTest extends AgainstMemoryBroker {

    @Test
    void aMessageSentToAQueueIsReceivedOnce() throws Exception {
        Queue queue = session.createQueue("orders");
        send(queue, "one");
        MessageConsumer consumer = session.createConsumer(queue);

        assertThat(text(consumer.receive(SOON_MS))).isEqualTo("one");
        assertThat(consumer.receiveNoWait()).isNull();
        assertThat(broker.openLeases()).isZero();
    }

    /** §4.1.2: a queue keeps messages for consumers that come later. */
    @Test
    void messagesWaitForAConsumerThatComesLater() throws Exception {
        Queue queue = session.createQueue("orders");
        send(queue, "early");

        assertThat(text(session.createConsumer(queue).receive(SOON_MS))).isEqualTo("early");
    }

    @Test
    void aConsumerMayComeBeforeTheQueueExists() throws Exception {
        Queue queue = session.createQueue("not-yet");
        MessageConsumer consumer = session.createConsumer(queue);
        assertThat(consumer.receiveNoWait()).isNull();
        assertThat(consumer.receive(A_MOMENT_MS)).isNull();

        send(queue, "first");

        assertThat(text(consumer.receive(SOON_MS))).isEqualTo("first");
    }

    /** §6.2.9.2: what one session sends to one destination is received in that order. */
    @Test
    void messagesOfOneSessionKeepTheirOrderThoughTheTopicHasSeveralQueues() throws Exception {
        Queue queue = session.createQueue("orders");
        String[] sent = IntStream.range(0, 100).mapToObj(Integer::toString).toArray(String[]::new);
        send(queue, sent);

        assertThat(receiveTexts(session.createConsumer(queue), 100)).containsExactly(sent);
    }

    /** §4.1.2: each message goes to one of the consumers. */
    @Test
    void consumersOfOneQueueShareItsMessages() throws Exception {
        Queue queue = session.createQueue("orders");
        MessageConsumer first = session.createConsumer(queue);
        MessageConsumer second = connect(factory).createSession().createConsumer(queue);
        send(queue, "a", "b", "c", "d");

        List<String> got = new ArrayList<>();
        while (got.size() < 4) {
            for (MessageConsumer each : List.of(first, second)) {
                Optional.ofNullable(text(each.receiveNoWait())).ifPresent(got::add);
            }
        }

        assertThat(got).containsExactlyInAnyOrder("a", "b", "c", "d");
    }

    @Test
    void aConsumerThatTakesOneMessageAndClosesHoldsNothingBack() throws Exception {
        Queue queue = session.createQueue("orders");
        send(queue, "a", "b", "c");
        for (String expected : List.of("a", "b", "c")) {
            try (MessageConsumer once = session.createConsumer(queue)) {
                TextMessage message = (TextMessage) once.receive(SOON_MS);
                assertThat(message.getText()).isEqualTo(expected);
                assertThat(message.getJMSRedelivered()).isFalse();
            }
        }
    }

    /** §3.4: what the provider sets on send, and what a receiver sees. */
    @Test
    void headersArriveAsTheProducerSetThem() throws Exception {
        Queue queue = session.createQueue("orders");
        Queue replies = session.createQueue("replies");
        MessageProducer producer = session.createProducer(queue);
        TextMessage sent = session.createTextMessage("hello");
        sent.setJMSCorrelationID("c-1");
        sent.setJMSType("greeting");
        sent.setJMSReplyTo(replies);
        long before = System.currentTimeMillis();
        producer.send(sent, DeliveryMode.NON_PERSISTENT, 7, 60_000);

        TextMessage received = (TextMessage) session.createConsumer(queue).receive(SOON_MS);

        assertThat(received.getJMSMessageID()).startsWith("ID:").isEqualTo(sent.getJMSMessageID());
        assertThat(received.getJMSTimestamp()).isEqualTo(sent.getJMSTimestamp()).isGreaterThanOrEqualTo(before);
        assertThat(received.getJMSDeliveryTime()).isEqualTo(sent.getJMSDeliveryTime());
        assertThat(received.getJMSExpiration())
                .isEqualTo(sent.getJMSExpiration())
                .isEqualTo(sent.getJMSTimestamp() + 60_000);
        assertThat(received.getJMSDestination()).isEqualTo(queue);
        assertThat(received.getJMSReplyTo()).isEqualTo(replies).isInstanceOf(SluiceQueue.class);
        assertThat(received.getJMSCorrelationID()).isEqualTo("c-1");
        assertThat(received.getJMSType()).isEqualTo("greeting");
        assertThat(received.getJMSPriority()).isEqualTo(7);
        assertThat(received.getJMSDeliveryMode()).isEqualTo(DeliveryMode.NON_PERSISTENT);
        assertThat(received.getJMSRedelivered()).isFalse();
        assertThat(received.getIntProperty("JMSXDeliveryCount")).isEqualTo(1);
    }

    /** §3.4: a sender's values of headers that the provider sets are ignored. */
    @Test
    void headersThatTheProviderSetsCannotBeForged() throws Exception {
        Queue queue = session.createQueue("orders");
        TextMessage sent = session.createTextMessage("x");
        sent.setJMSMessageID("ID:forged");
        sent.setJMSPriority(9);
        sent.setJMSExpiration(1);
        sent.setJMSDeliveryMode(DeliveryMode.NON_PERSISTENT);
        session.createProducer(queue).send(sent);

        var received = session.createConsumer(queue).receive(SOON_MS);

        assertThat(received.getJMSMessageID()).isNotEqualTo("ID:forged");
        assertThat(received.getJMSPriority()).isEqualTo(4);
        assertThat(received.getJMSExpiration()).isZero();
        assertThat(received.getJMSDeliveryMode()).isEqualTo(DeliveryMode.PERSISTENT);
    }

    /** §3.4.4: with the timestamp disabled it is zero; the hint on ids (§3.4.3) is not taken. */
    @Test
    void theTimestampCanBeDisabledAndTheIdCannot() throws Exception {
        Queue queue = session.createQueue("orders");
        MessageProducer producer = session.createProducer(queue);
        producer.setDisableMessageTimestamp(true);
        producer.setDisableMessageID(true);
        producer.send(session.createTextMessage("x"));

        var received = session.createConsumer(queue).receive(SOON_MS);

        assertThat(received.getJMSTimestamp()).isZero();
        assertThat(received.getJMSMessageID()).startsWith("ID:");
    }

    /** §3.4.9: an expired message is not delivered, and does not stay in the queue. */
    @Test
    void anExpiredMessageIsSettledAndNotDelivered() throws Exception {
        Queue queue = session.createQueue("orders");
        broker.writer()
                .send(
                        Message.of("orders", "too late")
                                .withProperty("expiresAt", Long.toString(System.currentTimeMillis() - 1)),
                        Placement.ANY);
        MessageConsumer consumer = session.createConsumer(queue);

        assertThat(consumer.receiveNoWait()).isNull();
        soon().until(() -> broker.openLeases() == 0);
        send(queue, "in time");
        assertThat(text(consumer.receive(SOON_MS))).isEqualTo("in time");
    }

    @Test
    void receivingWithoutWaitingLooksBehindExpiredMessages() throws Exception {
        for (String expiresAt : new String[] {"1", "1", "1", "", "1"}) {
            broker.writer()
                    .send(
                            Message.of("orders", "expires " + expiresAt).withProperty("expiresAt", expiresAt),
                            new Placement.Queue(0));
        }
        MessageConsumer consumer = session.createConsumer(session.createQueue("orders"));

        assertThat(text(consumer.receiveNoWait())).isEqualTo("expires ");
        assertThat(consumer.receiveNoWait()).isNull();
    }

    @Test
    void aNonPersistentMessageDoesNotWaitForTheDisk() throws Exception {
        MessageProducer producer = session.createProducer(session.createQueue("orders"));
        producer.setDeliveryMode(DeliveryMode.NON_PERSISTENT);
        producer.send(session.createTextMessage("x"));

        assertThat(broker.sends("orders").get(0).properties().get("WAIT")).isEqualTo("false");
    }

    /** A name with characters that native topics lack still names one queue. */
    @Test
    void aQueueNameMayHaveDots() throws Exception {
        Queue queue = session.createQueue("app.orders.new");
        send(queue, "x");

        assertThat(broker.sends("%MQTT%app%2Eorders%2Enew")).hasSize(1);
        var received = session.createConsumer(queue).receive(SOON_MS);
        assertThat(((Queue) received.getJMSDestination()).getQueueName()).isEqualTo("app.orders.new");
    }

    @Test
    void aDestinationWithATagGetsTheMessagesOfThatTag() throws Exception {
        Queue paid = session.createQueue("orders/paid");
        send(session.createQueue("orders/open"), "open");
        send(paid, "paid");

        MessageConsumer consumer = session.createConsumer(paid);

        assertThat(text(consumer.receive(SOON_MS))).isEqualTo("paid");
        assertThat(consumer.receiveNoWait()).isNull();
        assertThat(broker.sends("orders"))
                .extracting(m -> m.properties().tag().orElse(""))
                .containsExactly("open", "paid");
    }

    @Test
    void namesThatNoTopicCanHaveAreInvalidDestinations() {
        for (String name : new String[] {null, "", "orders/", "/orders", "x".repeat(128), "orders/a b"}) {
            assertThatThrownBy(() -> session.createQueue(name))
                    .as("%s", name)
                    .isInstanceOf(InvalidDestinationException.class);
        }
    }

    @Test
    void closingAConsumerGivesBackWhatItHadFetched() throws Exception {
        Queue queue = session.createQueue("orders");
        send(queue, "a", "b", "c", "d", "e", "f", "g", "h");
        MessageConsumer greedy = session.createConsumer(queue);
        assertThat(receiveTexts(greedy, 4)).containsExactly("a", "b", "c", "d");
        assertThat(broker.openLeases()).isPositive();

        greedy.close();

        assertThat(broker.openLeases()).isZero();
        assertThat(receiveTexts(session.createConsumer(queue), 4)).containsExactly("e", "f", "g", "h");
    }

    @Test
    void aClosedConnectionGivesBackWhatItHadFetched() throws Exception {
        Queue queue = session.createQueue("orders");
        send(queue, "a", "b");
        var other = connect(factory);
        var client = other.createSession(Session.CLIENT_ACKNOWLEDGE);
        assertThat(text(client.createConsumer(queue).receive(SOON_MS))).isEqualTo("a");

        other.close();

        MessageConsumer consumer = session.createConsumer(queue);
        TextMessage again = (TextMessage) consumer.receive(SOON_MS);
        assertThat(again.getText()).isEqualTo("a");
        assertThat(again.getJMSRedelivered()).isTrue();
        assertThat(again.getIntProperty("JMSXDeliveryCount")).isEqualTo(2);
        assertThat(text(consumer.receive(SOON_MS))).isEqualTo("b");
    }
}
