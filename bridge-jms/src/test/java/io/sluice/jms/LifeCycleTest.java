package io.sluice.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.runtime.Threads;
import jakarta.jms.Connection;
import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidClientIDException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.QueueConnection;
import jakarta.jms.QueueSession;
import jakarta.jms.Session;
import jakarta.jms.TopicConnection;
import jakarta.jms.TopicSession;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Connections and sessions from opening to closing, Jakarta Messaging 3.1 §6.1 and §6.2. */
class LifeCycleTest extends AgainstMemoryBroker {

    /** §6.1.4: a connection begins stopped. */
    @Test
    void nothingIsDeliveredBeforeTheConnectionIsStarted() throws Exception {
        Queue queue = session.createQueue("orders");
        send(queue, "a");
        Connection stopped = closing(factory.createConnection());
        MessageConsumer consumer = stopped.createSession().createConsumer(queue);

        assertThat(consumer.receiveNoWait()).isNull();
        assertThat(consumer.receive(A_MOMENT_MS)).isNull();
        stopped.start();
        assertThat(text(consumer.receive(SOON_MS))).isEqualTo("a");
    }

    @Test
    void aReceiveThatWaitsOnAStoppedConnectionGetsItsMessageAfterStart() throws Exception {
        Queue queue = session.createQueue("orders");
        send(queue, "a");
        connection.stop();
        AtomicReference<String> received = new AtomicReference<>();
        MessageConsumer consumer = session.createConsumer(queue);
        Thread receiving = Threads.named("test", () -> {
            try {
                received.set(text(consumer.receive()));
            } catch (JMSException failed) {
                throw new AssertionError(failed);
            }
        });
        receiving.start();

        connection.start();
        receiving.join(SOON_MS);

        assertThat(received).hasValue("a");
    }

    /** §6.2.15: closing ends a receive that waits, with null. */
    @Test
    void closingEndsAReceiveThatWaits() throws Exception {
        for (String what : List.of("consumer", "session", "connection")) {
            Connection own = connect(factory);
            Session ownSession = own.createSession();
            MessageConsumer consumer = ownSession.createConsumer(ownSession.createQueue("empty"));
            AtomicReference<Object> result = new AtomicReference<>("running");
            Thread receiving = Threads.named("test", () -> {
                try {
                    result.set(consumer.receive());
                } catch (JMSException failed) {
                    result.set(failed);
                }
            });
            receiving.start();
            soon().until(() -> receiving.getState() == Thread.State.TIMED_WAITING);

            switch (what) {
                case "consumer" -> consumer.close();
                case "session" -> ownSession.close();
                default -> own.close();
            }

            receiving.join(SOON_MS);
            assertThat(result.get()).as(what).isNull();
        }
    }

    /** §6.2.15, §6.1.8: closed objects refuse everything but closing again. */
    @Test
    void closedObjectsAreInAnIllegalState() throws Exception {
        Queue queue = session.createQueue("orders");
        MessageConsumer consumer = session.createConsumer(queue);
        MessageProducer producer = session.createProducer(queue);
        consumer.close();
        producer.close();
        Session closedSession = connection.createSession();
        closedSession.close();
        Connection closed = factory.createConnection();
        closed.close();

        List<ThrowingCallable> refused = List.of(
                consumer::receiveNoWait,
                consumer::getMessageSelector,
                () -> producer.send(session.createTextMessage("x")),
                producer::getPriority,
                closedSession::createTextMessage,
                closedSession::getAcknowledgeMode,
                closedSession::recover,
                () -> closedSession.createConsumer(queue),
                () -> closedSession.createProducer(queue),
                closed::start,
                closed::stop,
                closed::createSession,
                closed::getClientID,
                () -> closed.setExceptionListener(null));
        for (ThrowingCallable each : refused) {
            assertThatThrownBy(each).isInstanceOf(IllegalStateException.class);
        }
        assertThatCode(() -> {
                    consumer.close();
                    producer.close();
                    closedSession.close();
                    closed.close();
                })
                .doesNotThrowAnyException();
    }

    @Test
    void closingAConnectionClosesItsSessions() throws Exception {
        Connection own = factory.createConnection();
        Session ownSession = own.createSession();
        own.close();

        assertThatThrownBy(ownSession::createMessage).isInstanceOf(IllegalStateException.class);
    }

    /** §6.1.2: set right after creation, once, and by one connection only. */
    @Test
    void theClientIdIsSetOnceBeforeUseAndIsUnique() throws Exception {
        Connection first = closing(factory.createConnection());
        Connection second = closing(factory.createConnection());
        first.setClientID("me");

        assertThat(first.getClientID()).isEqualTo("me");
        assertThatThrownBy(() -> first.setClientID("other")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> second.setClientID("me")).isInstanceOf(InvalidClientIDException.class);
        assertThatThrownBy(() -> second.setClientID("")).isInstanceOf(InvalidClientIDException.class);
        assertThatThrownBy(() -> second.setClientID(null)).isInstanceOf(InvalidClientIDException.class);
        second.createSession();
        assertThatThrownBy(() -> second.setClientID("late")).isInstanceOf(IllegalStateException.class);
        first.close();
        Connection third = closing(factory.createConnection());
        third.setClientID("me");
    }

    @Test
    void anAdministeredClientIdCannotBeChanged() throws Exception {
        SluiceConnectionFactory administered = new SluiceConnectionFactory(url + "?jms.clientId=fixed");
        Connection own = closing(administered.createConnection());

        assertThat(own.getClientID()).isEqualTo("fixed");
        assertThatThrownBy(() -> own.setClientID("other")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(administered::createConnection).isInstanceOf(InvalidClientIDException.class);
    }

    @Test
    void aUserNameThatNobodyWouldCheckIsRefused() {
        assertThatThrownBy(() -> factory.createConnection("guest", "guest"))
                .isInstanceOf(JMSSecurityException.class)
                .hasMessageContaining("no user name");
        assertThatCode(() -> factory.createConnection(null, null).close()).doesNotThrowAnyException();
    }

    @Test
    void anAddressThatNoConnectorUnderstandsIsAnExceptionThatSaysSo() {
        assertThatThrownBy(() -> new SluiceConnectionFactory("nowhere://host:1").createConnection())
                .isInstanceOf(JMSException.class)
                .hasMessageContaining("sluice-native-client");
    }

    @Test
    void optionsThatAreUnknownOrOutOfRangeAreNamed() {
        assertThatThrownBy(() -> new SluiceConnectionFactory("memory://x?jms.prefech=3"))
                .hasMessageContaining("jms.prefech")
                .hasMessageContaining("jms.prefetch");
        assertThatThrownBy(() -> new SluiceConnectionFactory("memory://x?jms.prefetch=0"))
                .hasMessageContaining("prefetch is 0");
        assertThatThrownBy(() -> new SluiceConnectionFactory("memory://x?jms.lease=soon"))
                .hasMessageContaining("jms.lease is 'soon'");
        assertThatThrownBy(() -> new SluiceConnectionFactory("")).hasMessageContaining("empty");
    }

    /** §9.2: the old styles refuse what belongs to the other. */
    @Test
    void queueSessionsRefuseTopicsAndTopicSessionsRefuseQueues() throws Exception {
        QueueConnection queues = closing(factory.createQueueConnection());
        TopicConnection topics = closing(factory.createTopicConnection());
        QueueSession queueSession = queues.createQueueSession(false, Session.AUTO_ACKNOWLEDGE);
        TopicSession topicSession = topics.createTopicSession(false, Session.AUTO_ACKNOWLEDGE);

        List<ThrowingCallable> refused = List.of(
                () -> queueSession.createTopic("t"),
                queueSession::createTemporaryTopic,
                () -> queueSession.createDurableSubscriber(topicSession.createTopic("t"), "d"),
                () -> queueSession.createSharedConsumer(topicSession.createTopic("t"), "s"),
                () -> queueSession.unsubscribe("d"),
                () -> queues.createSharedConnectionConsumer(topicSession.createTopic("t"), "s", null, null, 1),
                () -> queues.createDurableConnectionConsumer(topicSession.createTopic("t"), "s", null, null, 1),
                () -> queues.createSharedDurableConnectionConsumer(topicSession.createTopic("t"), "s", null, null, 1),
                () -> topicSession.createQueue("q"),
                topicSession::createTemporaryQueue,
                () -> topicSession.createBrowser(queueSession.createQueue("q")));
        for (ThrowingCallable each : refused) {
            assertThatThrownBy(each).isInstanceOf(IllegalStateException.class);
        }
        queues.start();
        Queue queue = queueSession.createQueue("orders");
        queueSession.createSender(queue).send(queueSession.createTextMessage("x"));
        assertThat(text(queueSession.createReceiver(queue).receive(SOON_MS))).isEqualTo("x");
    }

    /** What is not supported says so, what to do instead, and carries a code. */
    @Test
    void unsupportedFeaturesAreRefusedWithASentence() throws Exception {
        var topic = session.createTopic("t");
        var queue = session.createQueue("q");
        List<ThrowingCallable> refused = List.of(
                () -> session.createDurableSubscriber(topic, "d"),
                () -> session.createDurableConsumer(topic, "d"),
                () -> session.createSharedConsumer(topic, "s"),
                () -> session.createSharedDurableConsumer(topic, "s"),
                () -> session.unsubscribe("d"),
                () -> session.setMessageListener(null),
                () -> connection.createConnectionConsumer(queue, null, null, 1));
        for (ThrowingCallable each : refused) {
            assertThatThrownBy(each)
                    .isInstanceOfSatisfying(JMSException.class, failed -> assertThat(failed.getErrorCode())
                            .isEqualTo("NOT_SUPPORTED"))
                    .hasMessageContaining("not supported by this provider; ");
        }
        assertThatThrownBy(session::createObjectMessage)
                .isInstanceOf(MessageFormatException.class)
                .hasMessageContaining("object messages are not supported");
        assertThatThrownBy(session::commit).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(session::rollback).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aSessionUsedByTwoThreadsToReceiveIsToldSo() throws Exception {
        MessageConsumer consumer = session.createConsumer(session.createQueue("empty"));
        Thread receiving = Threads.named("test", () -> {
            try {
                consumer.receive();
            } catch (JMSException failed) {
                throw new AssertionError(failed);
            }
        });
        receiving.start();
        soon().until(() -> receiving.getState() == Thread.State.TIMED_WAITING);

        assertThatThrownBy(consumer::receiveNoWait)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("another thread");
        consumer.close();
        receiving.join(SOON_MS);
    }

    @Test
    void theMetaDataTellsTheVersions() throws Exception {
        assertThat(connection.getMetaData().getJMSVersion()).isEqualTo("3.1");
        assertThat(connection.getMetaData().getJMSProviderName()).isEqualTo("Sluice");
        Enumeration<?> names = connection.getMetaData().getJMSXPropertyNames();
        List<Object> all = new ArrayList<>();
        names.asIterator().forEachRemaining(all::add);
        assertThat(all).contains("JMSXDeliveryCount");
    }

    @Test
    void destinationsOfAnotherProviderAreInvalid() {
        Queue foreign = () -> "orders";
        assertThatThrownBy(() -> session.createConsumer(foreign)).isInstanceOf(InvalidDestinationException.class);
        assertThatThrownBy(() -> session.createProducer(foreign)).isInstanceOf(InvalidDestinationException.class);
        assertThatThrownBy(() -> session.createConsumer(null)).isInstanceOf(InvalidDestinationException.class);
    }
}
