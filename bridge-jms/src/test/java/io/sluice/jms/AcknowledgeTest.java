package io.sluice.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Acknowledge modes and recovery, Jakarta Messaging 3.1 §6.2.10. */
class AcknowledgeTest extends AgainstMemoryBroker {

    @Test
    void anAutomaticallyAcknowledgedMessageIsSettledWhenReceiveReturns() throws Exception {
        Queue queue = session.createQueue("orders");
        send(queue, "a");

        session.createConsumer(queue).receive(SOON_MS);

        assertThat(broker.openLeases()).isZero();
    }

    @Test
    void aMessageIsSettledOnlyWhenTheClientAcknowledges() throws Exception {
        Queue queue = session.createQueue("orders");
        send(queue, "a");
        Session client = connection.createSession(Session.CLIENT_ACKNOWLEDGE);
        Message message = client.createConsumer(queue).receive(SOON_MS);
        assertThat(broker.openLeases()).isEqualTo(1);

        message.acknowledge();

        assertThat(broker.openLeases()).isZero();
        client.close();
        assertThat(session.createConsumer(queue).receiveNoWait()).isNull();
    }

    /** §6.2.10: acknowledging one message acknowledges all that the session has delivered, of every consumer. */
    @Test
    void acknowledgingOneMessageAcknowledgesAllOfItsSession() throws Exception {
        Queue orders = session.createQueue("orders");
        Queue bills = session.createQueue("bills");
        send(orders, "o1", "o2");
        send(bills, "b1");
        Session client = connection.createSession(Session.CLIENT_ACKNOWLEDGE);
        MessageConsumer ofOrders = client.createConsumer(orders);
        Message first = ofOrders.receive(SOON_MS);
        ofOrders.receive(SOON_MS);
        client.createConsumer(bills).receive(SOON_MS);

        first.acknowledge();
        client.close();

        assertThat(session.createConsumer(orders).receiveNoWait()).isNull();
        assertThat(session.createConsumer(bills).receiveNoWait()).isNull();
    }

    @Test
    void recoverDeliversUnacknowledgedMessagesAgainInOrder() throws Exception {
        Queue queue = session.createQueue("orders");
        String[] all = IntStream.range(0, 20).mapToObj(Integer::toString).toArray(String[]::new);
        send(queue, all);
        Session client = connection.createSession(Session.CLIENT_ACKNOWLEDGE);
        MessageConsumer consumer = client.createConsumer(queue);
        assertThat(receiveTexts(consumer, 7))
                .containsExactly(List.of(all).subList(0, 7).toArray(String[]::new));

        client.recover();

        for (int i = 0; i < all.length; i++) {
            TextMessage message = (TextMessage) consumer.receive(SOON_MS);
            assertThat(message.getText()).isEqualTo(all[i]);
            if (i < 7) {
                assertThat(message.getJMSRedelivered()).isTrue();
                assertThat(message.getIntProperty("JMSXDeliveryCount")).isEqualTo(2);
            }
        }
    }

    @Test
    void acknowledgedMessagesDoNotComeBackWithRecover() throws Exception {
        Queue queue = session.createQueue("orders");
        send(queue, "a", "b");
        Session client = connection.createSession(Session.CLIENT_ACKNOWLEDGE);
        MessageConsumer consumer = client.createConsumer(queue);
        consumer.receive(SOON_MS).acknowledge();

        client.recover();

        assertThat(text(consumer.receive(SOON_MS))).isEqualTo("b");
    }

    /** §6.2.10: in other modes the call is ignored. */
    @Test
    void acknowledgeDoesNothingInOtherModes() throws Exception {
        Queue queue = session.createQueue("orders");
        send(queue, "a");
        session.createConsumer(queue).receive(SOON_MS).acknowledge();

        TextMessage neverSent = session.createTextMessage("x");
        neverSent.acknowledge();
    }

    @Test
    void aLazySessionAcknowledgesWhenItRunsDryAndWhenItCloses() throws Exception {
        Queue queue = session.createQueue("orders");
        send(queue, "a", "b", "c");
        Session lazy = connection.createSession(Session.DUPS_OK_ACKNOWLEDGE);
        MessageConsumer consumer = lazy.createConsumer(queue);
        assertThat(receiveTexts(consumer, 3)).containsExactly("a", "b", "c");
        assertThat(consumer.receiveNoWait()).isNull();
        soon().until(() -> broker.openLeases() == 0);

        send(queue, "d");
        assertThat(text(consumer.receive(SOON_MS))).isEqualTo("d");
        lazy.close();

        soon().until(() -> broker.openLeases() == 0);
        assertThat(session.createConsumer(queue).receiveNoWait()).isNull();
    }

    /** The bound on unacknowledged messages, which says so instead of hanging. */
    @Test
    void aSessionThatNeverAcknowledgesIsToldAtTheLimit() throws Exception {
        Queue queue = session.createQueue("orders");
        send(queue, "a", "b", "c");
        Session client = connect(new SluiceConnectionFactory(url + "?jms.unacknowledged=2"))
                .createSession(Session.CLIENT_ACKNOWLEDGE);
        MessageConsumer consumer = client.createConsumer(queue);
        Message first = consumer.receive(SOON_MS);
        consumer.receive(SOON_MS);

        assertThatThrownBy(() -> consumer.receive(SOON_MS))
                .isInstanceOf(JMSException.class)
                .hasMessageContaining("2 messages of this session are not acknowledged");
        first.acknowledge();
        assertThat(text(consumer.receive(SOON_MS))).isEqualTo("c");
    }

    /** The lease is extended as long as the message is held, however slow its application is. */
    @Test
    void aHeldMessageIsNotLentToOthersWhenItsLeaseTimePasses() throws Exception {
        Queue queue = session.createQueue("orders");
        send(queue, "a");
        Session client =
                connect(new SluiceConnectionFactory(url + "?jms.lease=3s")).createSession(Session.CLIENT_ACKNOWLEDGE);
        Message held = client.createConsumer(queue).receive(SOON_MS);
        MessageConsumer other = session.createConsumer(queue);

        assertThat(other.receive(5_000)).isNull();
        held.acknowledge();

        client.close();
        assertThat(other.receiveNoWait()).isNull();
    }

    /** §6.2.15: the session of the message is closed. */
    @Test
    void acknowledgingAfterTheSessionClosedIsAnIllegalState() throws Exception {
        Queue queue = session.createQueue("orders");
        send(queue, "a");
        Session client = connection.createSession(Session.CLIENT_ACKNOWLEDGE);
        Message message = client.createConsumer(queue).receive(SOON_MS);
        client.close();

        assertThatThrownBy(message::acknowledge).isInstanceOf(IllegalStateException.class);
        assertThat(text(session.createConsumer(queue).receive(SOON_MS))).isEqualTo("a");
    }

    /** Closing a consumer leaves what it delivered to its session. */
    @Test
    void aMessageCanBeAcknowledgedAfterItsConsumerClosed() throws Exception {
        Queue queue = session.createQueue("orders");
        send(queue, "a");
        Session client = connection.createSession(Session.CLIENT_ACKNOWLEDGE);
        MessageConsumer consumer = client.createConsumer(queue);
        Message message = consumer.receive(SOON_MS);
        consumer.close();

        message.acknowledge();

        client.close();
        assertThat(session.createConsumer(queue).receiveNoWait()).isNull();
    }
}
