package io.sluice.jms;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.port.contract.MemoryBroker;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.XAConnection;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.junit.jupiter.api.Test;

/** Distributed transactions whose questions to the broker are not answered, or turned down for a reason that passes. */
class XADoubtTest extends AgainstMemoryBrokerXA {
    /** Branches are worked for by a connection whose leases are short. */
    private void openBrief() throws Exception {
        XAConnection brief = closing(new SluiceXAConnectionFactory(url + "?jms.lease=3s").createXAConnection());
        brief.start();
        xa = brief.createXASession();
        resource = xa.getXAResource();
    }

    /** A consumer of a topic to which this was sent. */
    private MessageConsumer subscribed(String text) throws JMSException {
        MessageConsumer news = xa.createConsumer(session.createTopic("news"));
        session.createProducer(session.createTopic("news")).send(session.createTextMessage(text));
        return news;
    }

    /** Begins a branch of this name that receives one message of the queue and one of the topic, and ends the work for it. */
    private void receivedBoth(Xid name, MessageConsumer news) throws Exception {
        resource.start(name, XAResource.TMNOFLAGS);
        try (MessageConsumer consumer = xa.createConsumer(in)) {
            assertThat(text(consumer.receive(SOON_MS))).isEqualTo("a");
        }
        assertThat(text(news.receive(SOON_MS))).isEqualTo("n");
        resource.end(name, XAResource.TMSUCCESS);
    }

    @Test
    void anAnswerThatIsLostLeavesTheBranchToBeAskedForAgainOrRolledBack() throws Exception {
        send(in, "a", "b");
        Xid first = worked("a");
        broker.troubleUnits(MemoryBroker.UnitTrouble.ANSWER_LOST);
        assertCode(XAException.XAER_RMFAIL, () -> resource.prepare(first));
        resource.rollback(first);
        assertThat(prepared()).isEmpty();
        try (MessageConsumer consumer = session.createConsumer(in)) {
            assertThat(receiveTexts(consumer, 2)).containsExactlyInAnyOrder("a", "b");
        }
        send(in, "c");
        Xid second = worked("c");
        resource.prepare(second);
        broker.troubleUnits(MemoryBroker.UnitTrouble.ANSWER_LOST, MemoryBroker.UnitTrouble.OVERLOADED);
        assertCode(XAException.XAER_RMFAIL, () -> resource.commit(second, false));
        assertCode(XAException.XA_RETRY, () -> resource.commit(second, false));
        resource.commit(second, false);
        assertThat(broker.sends("out")).hasSize(1);
    }

    @Test
    void aRollbackThatNobodyAnswersHidesNoMessageLongerThanItsLease() throws Exception {
        openBrief();
        MessageConsumer news = subscribed("n");
        send(in, "a");
        Xid name = name();
        receivedBoth(name, news);
        broker.troubleUnits(MemoryBroker.UnitTrouble.AWAY, MemoryBroker.UnitTrouble.AWAY);
        assertCode(XAException.XAER_RMFAIL, () -> resource.prepare(name));
        assertCode(XAException.XAER_RMFAIL, () -> resource.rollback(name));

        Message again = session.createConsumer(in).receive(SOON_MS);
        assertThat(text(again)).isEqualTo("a");
        assertThat(again.getJMSRedelivered()).isTrue();
        assertCode(XAException.XAER_NOTA, () -> resource.rollback(name));
        resource.start(name, XAResource.TMNOFLAGS);
        assertThat(text(news.receive(SOON_MS))).isEqualTo("n");
        resource.end(name, XAResource.TMSUCCESS);
        resource.rollback(name);
    }

    @Test
    void aRollbackWhoseAnswerIsLostIsFoundByRecoveryIfItDoesNotHold() throws Exception {
        send(in, "a");
        Xid name = worked("a");
        broker.troubleUnits(MemoryBroker.UnitTrouble.ANSWER_LOST, MemoryBroker.UnitTrouble.AWAY);
        assertCode(XAException.XAER_RMFAIL, () -> resource.prepare(name));
        assertCode(XAException.XAER_RMFAIL, () -> resource.rollback(name));
        assertThat(resource.recover(XAResource.TMSTARTRSCAN)).hasSize(1);
        resource.rollback(name);
        assertThat(text(session.createConsumer(in).receive(SOON_MS))).isEqualTo("a");
        assertThat(broker.sends("out")).isEmpty();
    }

    @Test
    void aRollbackThatIsRefusedForNowEndsTheBranchHereAndIsRepeatedAtTheBroker() throws Exception {
        MessageConsumer news = subscribed("n");
        send(in, "a");
        Xid name = name();
        receivedBoth(name, news);
        resource.prepare(name);
        broker.troubleUnits(MemoryBroker.UnitTrouble.OVERLOADED);
        assertCode(XAException.XA_RETRY, () -> resource.rollback(name));

        Xid other = name();
        resource.start(other, XAResource.TMNOFLAGS);
        assertThat(text(news.receive(SOON_MS))).isEqualTo("n");
        resource.end(other, XAResource.TMSUCCESS);
        resource.commit(other, true);
        resource.rollback(name);
        assertThat(prepared()).isEmpty();
        assertThat(text(session.createConsumer(in).receive(SOON_MS))).isEqualTo("a");
    }

    @Test
    void aRollbackOfWhatNeverReachedTheBrokerIsOverWhenItIsRefusedForNow() throws Exception {
        Xid name = name();
        sendAs(name, "1", XAResource.TMSUCCESS);
        broker.troubleUnits(MemoryBroker.UnitTrouble.AWAY, MemoryBroker.UnitTrouble.OVERLOADED);
        assertCode(XAException.XAER_RMFAIL, () -> resource.prepare(name));
        assertCode(XAException.XA_RETRY, () -> resource.rollback(name));
        assertCode(XAException.XAER_NOTA, () -> resource.rollback(name));
    }

    @Test
    void aBranchThatNobodyAsksForAgainHidesNoMessageLongerThanItsLease() throws Exception {
        openBrief();
        MessageConsumer news = subscribed("n");
        send(in, "a");
        Xid name = name();
        receivedBoth(name, news);
        broker.troubleUnits(MemoryBroker.UnitTrouble.AWAY);
        assertCode(XAException.XAER_RMFAIL, () -> resource.commit(name, true));

        assertThat(text(session.createConsumer(in).receive(SOON_MS))).isEqualTo("a");
        assertCode(XAException.XAER_RMFAIL, () -> resource.commit(name, true));
        broker.troubleUnits(MemoryBroker.UnitTrouble.AWAY);
        assertCode(XAException.XAER_RMFAIL, () -> resource.forget(name));
        resource.start(name, XAResource.TMNOFLAGS);
        assertThat(text(news.receive(SOON_MS))).isEqualTo("n");
        resource.end(name, XAResource.TMSUCCESS);
        resource.rollback(name);
    }

    @Test
    void aBranchInDoubtIsOverHereWhenItIsForgottenThoughTheBrokerDoesNotKnowIt() throws Exception {
        Xid name = name();
        sendAs(name, "1", XAResource.TMSUCCESS);
        broker.troubleUnits(MemoryBroker.UnitTrouble.AWAY);
        assertCode(XAException.XAER_RMFAIL, () -> resource.commit(name, true));
        assertCode(XAException.XAER_NOTA, () -> resource.forget(name));
        assertCode(XAException.XAER_NOTA, () -> resource.commit(name, true));
    }

    @Test
    void aRefusalAfterALostAnswerDoesNotUndoWhatMayHold() throws Exception {
        send(in, "a", "b");
        Xid first = worked("a");
        broker.troubleUnits(MemoryBroker.UnitTrouble.ANSWER_LOST, MemoryBroker.UnitTrouble.OVERLOADED);
        assertCode(XAException.XAER_RMFAIL, () -> resource.prepare(first));
        assertCode(XAException.XAER_RMFAIL, () -> resource.prepare(first));
        assertThat(resource.prepare(first)).isEqualTo(XAResource.XA_OK);
        resource.commit(first, false);
        Xid second = worked("b");
        broker.troubleUnits(MemoryBroker.UnitTrouble.ANSWER_LOST, MemoryBroker.UnitTrouble.OVERLOADED);
        assertCode(XAException.XAER_RMFAIL, () -> resource.commit(second, true));
        assertCode(XAException.XAER_RMFAIL, () -> resource.commit(second, true));
        resource.commit(second, true);
        assertThat(broker.sends("out")).hasSize(2);
        assertThat(broker.openLeases()).isZero();
    }
}
