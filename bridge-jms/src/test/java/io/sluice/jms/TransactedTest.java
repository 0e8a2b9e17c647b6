package io.sluice.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.port.Refusal;
import io.sluice.port.contract.MemoryBroker;
import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.ResourceAllocationException;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Transacted sessions, Jakarta Messaging 3.1 §6.2.7. */
class TransactedTest extends AgainstMemoryBroker {
    private Session transacted;

    @BeforeEach
    void openTransacted() throws Exception {
        transacted = connection.createSession(true, Session.SESSION_TRANSACTED);
    }

    private void sendTransacted(Queue queue, String... texts) throws JMSException {
        MessageProducer producer = transacted.createProducer(queue);
        for (String text : texts) {
            producer.send(transacted.createTextMessage(text));
        }
        producer.close();
    }

    @Test
    void whatIsSentIsThereAfterTheCommitAndNotBefore() throws Exception {
        Queue orders = session.createQueue("orders");
        Queue bills = session.createQueue("bills");
        sendTransacted(orders, "o1", "o2");
        sendTransacted(bills, "b1");
        assertThat(broker.sends("orders")).isEmpty();

        transacted.commit();

        assertThat(receiveTexts(session.createConsumer(orders), 2)).containsExactly("o1", "o2");
        assertThat(receiveTexts(session.createConsumer(bills), 1)).containsExactly("b1");
    }

    @Test
    void aMessageHasItsIdOnceItIsCommitted() throws Exception {
        Queue orders = session.createQueue("orders");
        TextMessage message = transacted.createTextMessage("x");
        transacted.createProducer(orders).send(message);
        assertThat(message.getJMSMessageID()).isNull();

        transacted.commit();

        Message received = session.createConsumer(orders).receive(SOON_MS);
        assertThat(message.getJMSMessageID()).isEqualTo(received.getJMSMessageID());
    }

    @Test
    void aRollbackForgetsWhatWasSentAndDeliversAgainWhatWasReceived() throws Exception {
        Queue in = session.createQueue("in");
        Queue out = session.createQueue("out");
        send(in, "a", "b", "c");
        MessageConsumer consumer = transacted.createConsumer(in);
        assertThat(receiveTexts(consumer, 2)).containsExactly("a", "b");
        sendTransacted(out, "x");

        transacted.rollback();

        TextMessage again = (TextMessage) consumer.receive(SOON_MS);
        assertThat(again.getText()).isEqualTo("a");
        assertThat(again.getJMSRedelivered()).isTrue();
        assertThat(again.getIntProperty("JMSXDeliveryCount")).isEqualTo(2);
        assertThat(receiveTexts(consumer, 2)).containsExactly("b", "c");
        transacted.commit();
        assertThat(broker.sends("out")).isEmpty();
        assertThat(broker.openLeases()).isZero();
    }

    @Test
    void receivedAndSentAreCommittedTogether() throws Exception {
        Queue in = session.createQueue("in");
        Queue out = session.createQueue("out");
        send(in, "a");
        assertThat(text(transacted.createConsumer(in).receive(SOON_MS))).isEqualTo("a");
        sendTransacted(out, "A");
        assertThat(broker.openLeases()).isEqualTo(1);

        transacted.commit();

        assertThat(broker.openLeases()).isZero();
        assertThat(receiveTexts(session.createConsumer(out), 1)).containsExactly("A");
        transacted.close();
        assertThat(session.createConsumer(in).receiveNoWait()).isNull();
    }

    @Test
    void closingRollsBack() throws Exception {
        Queue in = session.createQueue("in");
        send(in, "a");
        assertThat(text(transacted.createConsumer(in).receive(SOON_MS))).isEqualTo("a");
        sendTransacted(session.createQueue("out"), "x");

        transacted.close();

        assertThat(text(session.createConsumer(in).receive(SOON_MS))).isEqualTo("a");
        assertThat(broker.sends("out")).isEmpty();
    }

    @Test
    void aCommitThatIsRefusedForNowMayBeRepeated() throws Exception {
        Queue in = session.createQueue("in");
        send(in, "a");
        assertThat(text(transacted.createConsumer(in).receive(SOON_MS))).isEqualTo("a");
        sendTransacted(session.createQueue("out"), "x");
        broker.refuseSends(Refusal.OVERLOADED, "because of the test");

        assertThatThrownBy(transacted::commit).isInstanceOf(ResourceAllocationException.class);
        assertThat(broker.openLeases()).isEqualTo(1);
        broker.refuseSends(null, "");
        transacted.commit();

        assertThat(broker.sends("out")).hasSize(1);
        assertThat(broker.openLeases()).isZero();
    }

    @Test
    void aCommitWhoseEndIsUnknownIsNotDoneTwiceWhateverIsSaidToItsRepeats() throws Exception {
        sendTransacted(session.createQueue("out"), "x");
        broker.troubleUnits(MemoryBroker.UnitTrouble.ANSWER_LOST, MemoryBroker.UnitTrouble.OVERLOADED);

        assertThatThrownBy(transacted::commit).isInstanceOf(JMSException.class);
        assertThatThrownBy(transacted::commit)
                .isExactlyInstanceOf(JMSException.class)
                .hasMessageContaining("commit again");
        transacted.commit();
        transacted.commit();

        assertThat(broker.sends("out")).hasSize(1);
    }

    @Test
    void aCommitThatCannotBeIsRolledBackAndSaysSo() throws Exception {
        Queue in = session.createQueue("in");
        send(in, "a");
        MessageConsumer consumer = transacted.createConsumer(in);
        assertThat(text(consumer.receive(SOON_MS))).isEqualTo("a");
        sendTransacted(session.createQueue("out"), "x");
        broker.refuseSends(Refusal.NOT_WRITABLE, "because of the test");

        assertThatThrownBy(transacted::commit)
                .isInstanceOf(jakarta.jms.TransactionRolledBackException.class)
                .hasMessageContaining("because of the test");

        broker.refuseSends(null, "");
        assertThat(text(consumer.receive(SOON_MS))).isEqualTo("a");
        transacted.commit();
        assertThat(broker.sends("out")).isEmpty();
    }

    @Test
    void aSubscriberOfATopicIsPartOfTheTransactionToo() throws Exception {
        Topic news = session.createTopic("news");
        MessageConsumer consumer = transacted.createConsumer(news);
        session.createProducer(news).send(session.createTextMessage("n1"));
        assertThat(text(consumer.receive(SOON_MS))).isEqualTo("n1");

        transacted.rollback();

        assertThat(text(consumer.receive(SOON_MS))).isEqualTo("n1");
        transacted.commit();
        assertThat(consumer.receiveNoWait()).isNull();
    }

    @Test
    void aListenerCommitsItsOwnSession() throws Exception {
        Queue in = session.createQueue("in");
        Queue out = session.createQueue("out");
        send(in, "a", "b", "c");
        List<Exception> failures = new CopyOnWriteArrayList<>();
        MessageProducer producer = transacted.createProducer(out);
        transacted.createConsumer(in).setMessageListener(message -> {
            try {
                producer.send(transacted.createTextMessage("re " + ((TextMessage) message).getText()));
                boolean isFirstTry = !message.getJMSRedelivered();
                if (isFirstTry && text(message).equals("b")) {
                    transacted.rollback();
                } else {
                    transacted.commit();
                }
            } catch (Exception failed) {
                failures.add(failed);
            }
        });

        soon().until(() -> broker.sends("out").size() == 3 && broker.openLeases() == 0);

        assertThat(failures).isEmpty();
        assertThat(receiveTexts(session.createConsumer(out), 3)).containsExactly("re a", "re b", "re c");
    }

    @Test
    void aTransactedSessionHasNoOtherAcknowledgements() throws Exception {
        Queue in = session.createQueue("in");
        send(in, "a");
        assertThat(transacted.getTransacted()).isTrue();
        assertThat(transacted.getAcknowledgeMode()).isEqualTo(Session.SESSION_TRANSACTED);
        Message message = transacted.createConsumer(in).receive(SOON_MS);
        message.acknowledge();
        assertThat(broker.openLeases()).isEqualTo(1);
        assertThatThrownBy(transacted::recover).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anEmptyCommitIsOne() throws Exception {
        transacted.commit();
        transacted.rollback();
        transacted.commit();
    }
}
