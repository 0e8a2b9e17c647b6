package io.sluice.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.model.TopicName;
import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.QueueConnection;
import jakarta.jms.QueueRequestor;
import jakarta.jms.QueueSession;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TemporaryTopic;
import jakarta.jms.TopicConnection;
import jakarta.jms.TopicRequestor;
import jakarta.jms.TopicSession;
import org.junit.jupiter.api.Test;

/** Temporary destinations and request with reply, Jakarta Messaging 3.1 §2.16, §4.1.5 and §6.2.2. */
class RequestReplyTest extends AgainstMemoryBroker {

    /** Answers every request with its text in upper case. */
    private void answer(jakarta.jms.Destination requests) throws JMSException {
        Session answering = connect(factory).createSession();
        var producer = answering.createProducer(null);
        answering.createConsumer(requests).setMessageListener(request -> {
            try {
                Message reply = answering.createTextMessage(text(request).toUpperCase());
                reply.setJMSCorrelationID(request.getJMSMessageID());
                producer.send(request.getJMSReplyTo(), reply);
            } catch (JMSException failed) {
                throw new AssertionError(failed);
            }
        });
    }

    @Test
    void aReplyComesBackThroughATemporaryQueue() throws Exception {
        Queue requests = session.createQueue("requests");
        answer(requests);
        TemporaryQueue replies = session.createTemporaryQueue();
        Message request = session.createTextMessage("hello");
        request.setJMSReplyTo(replies);
        session.createProducer(requests).send(request);

        Message reply = session.createConsumer(replies).receive(SOON_MS);

        assertThat(text(reply)).isEqualTo("HELLO");
        assertThat(reply.getJMSCorrelationID()).isEqualTo(request.getJMSMessageID());
    }

    @Test
    void theRequestorsOfTheApiWork() throws Exception {
        answer(session.createQueue("requests"));
        answer(session.createTopic("requests-topic"));
        QueueConnection queues = factory.createQueueConnection();
        queues.start();
        QueueSession queueSession = queues.createQueueSession(false, Session.AUTO_ACKNOWLEDGE);
        TopicConnection topics = factory.createTopicConnection();
        topics.start();
        TopicSession topicSession = topics.createTopicSession(false, Session.AUTO_ACKNOWLEDGE);

        QueueRequestor byQueue = new QueueRequestor(queueSession, queueSession.createQueue("requests"));
        TopicRequestor byTopic = new TopicRequestor(topicSession, topicSession.createTopic("requests-topic"));

        assertThat(text(byQueue.request(queueSession.createTextMessage("a")))).isEqualTo("A");
        assertThat(text(byTopic.request(topicSession.createTextMessage("b")))).isEqualTo("B");
        byQueue.close();
        byTopic.close();
        queues.close();
        topics.close();
    }

    /** §6.2.2: only its own connection may consume from a temporary destination. */
    @Test
    void aTemporaryDestinationIsConsumedByItsOwnConnectionOnly() throws Exception {
        TemporaryTopic topic = session.createTemporaryTopic();
        Session foreign = connect(factory).createSession();

        assertThatThrownBy(() -> foreign.createConsumer(topic)).isInstanceOf(InvalidDestinationException.class);
        MessageConsumer consumer = session.createConsumer(topic);
        foreign.createProducer(topic).send(foreign.createTextMessage("x"));
        assertThat(text(consumer.receive(SOON_MS))).isEqualTo("x");
    }

    @Test
    void aTemporaryDestinationEndsWithItsConnectionAndDoesNotComeToLifeAgain() throws Exception {
        var own = connect(factory);
        TemporaryQueue queue = own.createSession().createTemporaryQueue();
        assertThat(exists(queue)).isTrue();

        own.close();

        assertThat(exists(queue)).isFalse();
        assertThatThrownBy(() -> session.createProducer(queue).send(session.createTextMessage("late")))
                .isInstanceOf(InvalidDestinationException.class);
        assertThat(exists(queue)).isFalse();
    }

    @Test
    void aTemporaryDestinationIsDeletedByItsOwnerWhenNobodyConsumes() throws Exception {
        TemporaryQueue queue = session.createTemporaryQueue();
        MessageConsumer consumer = session.createConsumer(queue);
        assertThatThrownBy(queue::delete).isInstanceOf(IllegalStateException.class);
        consumer.close();

        queue.delete();

        assertThat(exists(queue)).isFalse();
        assertThatThrownBy(() -> session.createConsumer(queue)).isInstanceOf(InvalidDestinationException.class);
    }

    @Test
    void aTemporaryDestinationOfAnotherConnectionCannotBeDeleted() throws Exception {
        Queue requests = session.createQueue("requests");
        Message request = session.createTextMessage("x");
        request.setJMSReplyTo(session.createTemporaryQueue());
        session.createProducer(requests).send(request);
        Message received =
                connect(factory).createSession().createConsumer(requests).receive(SOON_MS);

        TemporaryQueue theirs = (TemporaryQueue) received.getJMSReplyTo();

        assertThatThrownBy(theirs::delete).isInstanceOf(JMSException.class).hasMessageContaining("only");
    }

    private boolean exists(TemporaryQueue queue) throws Exception {
        return broker.topics()
                .describe(new TopicName(queue.getQueueName()))
                .toCompletableFuture()
                .get()
                .isPresent();
    }
}
