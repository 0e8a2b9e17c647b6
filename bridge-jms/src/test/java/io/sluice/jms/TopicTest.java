package io.sluice.jms;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.Message;
import io.sluice.port.Placement;
import jakarta.jms.Connection;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Publish and subscribe without durable subscriptions, Jakarta Messaging 3.1 §4.2. */
class TopicTest extends AgainstMemoryBroker {

    private void publish(Topic topic, String... texts) throws Exception {
        try (MessageProducer producer = session.createProducer(topic)) {
            for (String text : texts) {
                producer.send(session.createTextMessage(text));
            }
        }
    }

    /** §4.2: every subscriber gets a copy. */
    @Test
    void everySubscriberGetsEveryMessageInOrder() throws Exception {
        Topic topic = session.createTopic("news");
        MessageConsumer first = session.createConsumer(topic);
        MessageConsumer second = connect(factory).createSession().createConsumer(topic);
        String[] texts = IntStream.range(0, 50).mapToObj(Integer::toString).toArray(String[]::new);

        publish(topic, texts);

        assertThat(receiveTexts(first, 50)).containsExactly(texts);
        assertThat(receiveTexts(second, 50)).containsExactly(texts);
    }

    /** §4.2.2: messages published before the subscription, or after its end, are not received. */
    @Test
    void aSubscriberGetsWhatIsPublishedWhileItIsOpen() throws Exception {
        Topic topic = session.createTopic("news");
        publish(topic, "before");
        MessageConsumer consumer = session.createConsumer(topic);
        publish(topic, "during");

        assertThat(text(consumer.receive(SOON_MS))).isEqualTo("during");
        assertThat(consumer.receiveNoWait()).isNull();
    }

    /** §8.3.1: a subscription exists from its creation, also when the connection is not started. */
    @Test
    void messagesPublishedBeforeTheConnectionStartsAreDeliveredAfterwards() throws Exception {
        Topic topic = session.createTopic("news");
        Connection stopped = closing(factory.createConnection());
        MessageConsumer consumer = stopped.createSession().createConsumer(topic);
        publish(topic, "while stopped");
        assertThat(consumer.receiveNoWait()).isNull();

        stopped.start();

        assertThat(text(consumer.receive(SOON_MS))).isEqualTo("while stopped");
    }

    @Test
    void aQueueAndATopicOfOneNameAreTwoDestinations() throws Exception {
        Queue queue = session.createQueue("shared-name");
        Topic topic = session.createTopic("shared-name");
        MessageConsumer subscriber = session.createConsumer(topic);
        MessageConsumer consumer = session.createConsumer(queue);
        send(queue, "to the queue");
        publish(topic, "to the topic");
        broker.writer().send(Message.of("shared-name", "by another door"), Placement.ANY);

        assertThat(receiveTexts(subscriber, 2)).containsExactlyInAnyOrder("to the topic", "by another door");
        assertThat(receiveTexts(consumer, 2)).containsExactlyInAnyOrder("to the queue", "by another door");
        assertThat(subscriber.receiveNoWait()).isNull();
        assertThat(consumer.receiveNoWait()).isNull();
    }

    /** §8.3.1: noLocal leaves out what the same connection published. */
    @Test
    void noLocalLeavesOutTheMessagesOfItsOwnConnection() throws Exception {
        Topic topic = session.createTopic("news");
        MessageConsumer others = session.createConsumer(topic, null, true);
        MessageConsumer all = session.createConsumer(topic, null, false);
        publish(topic, "mine");
        Session elsewhere = connect(factory).createSession();
        elsewhere.createProducer(topic).send(elsewhere.createTextMessage("theirs"));

        assertThat(text(others.receive(SOON_MS))).isEqualTo("theirs");
        assertThat(receiveTexts(all, 2)).containsExactlyInAnyOrder("mine", "theirs");
        assertThat(others.receiveNoWait()).isNull();
    }

    @Test
    void aTopicWithATagGetsTheMessagesOfThatTag() throws Exception {
        MessageConsumer sport = session.createConsumer(session.createTopic("news/sport"));
        publish(session.createTopic("news/weather"), "rain");
        publish(session.createTopic("news/sport"), "goal");

        assertThat(text(sport.receive(SOON_MS))).isEqualTo("goal");
        assertThat(sport.receiveNoWait()).isNull();
    }

    @Test
    void anExpiredMessageIsNotDelivered() throws Exception {
        MessageConsumer consumer = session.createConsumer(session.createTopic("news"));
        broker.writer().send(Message.of("news", "stale").withProperty("expiresAt", "1"), Placement.ANY);
        publish(session.createTopic("news"), "fresh");

        assertThat(text(consumer.receive(SOON_MS))).isEqualTo("fresh");
    }

    /** §6.2.10: recover delivers again what was not acknowledged, marked so. */
    @Test
    void recoverDeliversUnacknowledgedMessagesOfATopicAgain() throws Exception {
        Topic topic = session.createTopic("news");
        Session client = connection.createSession(Session.CLIENT_ACKNOWLEDGE);
        MessageConsumer consumer = client.createConsumer(topic);
        publish(topic, "a", "b", "c");
        assertThat(receiveTexts(consumer, 2)).containsExactly("a", "b");

        client.recover();

        for (String expected : List.of("a", "b")) {
            TextMessage again = (TextMessage) consumer.receive(SOON_MS);
            assertThat(again.getText()).isEqualTo(expected);
            assertThat(again.getJMSRedelivered()).isTrue();
            assertThat(again.getIntProperty("JMSXDeliveryCount")).isEqualTo(2);
        }
        TextMessage third = (TextMessage) consumer.receive(SOON_MS);
        assertThat(third.getJMSRedelivered()).isFalse();
        third.acknowledge();
        client.recover();
        assertThat(consumer.receiveNoWait()).isNull();
    }

    /** A slow subscriber slows the reading for itself and loses nothing. */
    @Test
    void aSubscriberWithAFullBufferStillGetsEverything() throws Exception {
        Topic topic = session.createTopic("news");
        Connection narrow = connect(new SluiceConnectionFactory(url + "?jms.topicMessages=3"));
        MessageConsumer consumer = narrow.createSession().createConsumer(topic);
        String[] texts = IntStream.range(0, 200).mapToObj(Integer::toString).toArray(String[]::new);

        publish(topic, texts);

        assertThat(receiveTexts(consumer, 200)).containsExactly(texts);
    }
}
