package io.sluice.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.PreparedUnit;
import io.sluice.port.Refusal;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitsOfWork.Decision;
import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import jakarta.jms.TransactionInProgressException;
import jakarta.jms.TransactionRolledBackException;
import jakarta.jms.XAConnection;
import jakarta.jms.XAJMSContext;
import jakarta.jms.XASession;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.junit.jupiter.api.Test;

/** Distributed transactions, Jakarta Messaging 3.1 §6.2.8 and JTA 2.0 §3.4: what a transaction manager does is done by hand. */
class XATransactionTest extends AgainstMemoryBrokerXA {
    private static boolean sameName(Xid one, Xid other) {
        return one.getFormatId() == other.getFormatId()
                && Arrays.equals(one.getGlobalTransactionId(), other.getGlobalTransactionId())
                && Arrays.equals(one.getBranchQualifier(), other.getBranchQualifier());
    }

    @Test
    void whatABranchSentAndReceivedIsCommittedTogether() throws Exception {
        send(in, "a");
        Xid name = worked("a");
        assertThat(broker.sends("out")).isEmpty();
        assertThat(resource.prepare(name)).isEqualTo(XAResource.XA_OK);
        assertThat(broker.sends("out")).isEmpty();
        resource.commit(name, false);
        assertThat(broker.sends("out")).hasSize(1);
        assertThat(prepared()).isEmpty();
        assertThat(session.createConsumer(in).receiveNoWait()).isNull();
        resource.commit(name, false);
        assertThat(broker.sends("out")).hasSize(1);
    }

    @Test
    void aMessageOfABranchHasItsIdOnceItIsCommitted() throws Exception {
        Xid name = name();
        resource.start(name, XAResource.TMNOFLAGS);
        TextMessage sent = xa.createTextMessage("x");
        xa.createProducer(out).send(sent);
        resource.end(name, XAResource.TMSUCCESS);
        resource.prepare(name);
        assertThat(sent.getJMSMessageID()).isNull();
        resource.commit(name, false);
        Message received = session.createConsumer(out).receive(SOON_MS);
        assertThat(sent.getJMSMessageID()).isEqualTo(received.getJMSMessageID());
    }

    @Test
    void aBranchIsCommittedInOnePhase() throws Exception {
        send(in, "a");
        Xid name = worked("a");
        resource.commit(name, true);
        assertThat(broker.sends("out")).hasSize(1);
        assertThat(broker.openLeases()).isZero();
    }

    @Test
    void aBranchThatIsNotPreparedIsRolledBackHere() throws Exception {
        send(in, "a");
        Xid name = worked("a");
        resource.rollback(name);
        assertThat(broker.sends("out")).isEmpty();
        Message again = session.createConsumer(in).receive(SOON_MS);
        assertThat(text(again)).isEqualTo("a");
        assertThat(again.getJMSRedelivered()).isTrue();
        assertCode(XAException.XAER_NOTA, () -> resource.rollback(name));
    }

    @Test
    void aBranchThatIsPreparedIsRolledBackAtTheBroker() throws Exception {
        send(in, "a");
        Xid name = worked("a");
        resource.prepare(name);
        resource.rollback(name);
        resource.rollback(name);
        assertThat(broker.sends("out")).isEmpty();
        assertThat(text(session.createConsumer(in).receive(SOON_MS))).isEqualTo("a");
        assertCode(XAException.XAER_PROTO, () -> resource.commit(name, false));
    }

    @Test
    void aPreparedBranchIsFoundAndDecidedByAnotherProcess() throws Exception {
        send(in, "a", "b");
        Xid first = worked("a");
        Xid second = worked("b");
        resource.prepare(first);
        resource.prepare(second);
        xaConnection.close();
        assertThat(session.createConsumer(in).receiveNoWait()).isNull();

        XAConnection later = closing(xaFactory.createXAConnection());
        XAResource recovering = later.createXASession().getXAResource();
        Xid[] found = recovering.recover(XAResource.TMSTARTRSCAN);
        assertThat(found).hasSize(2);
        assertThat(found).anyMatch(name -> sameName(name, first)).anyMatch(name -> sameName(name, second));
        assertThat(recovering.recover(XAResource.TMNOFLAGS)).isEmpty();
        assertThat(recovering.recover(XAResource.TMENDRSCAN)).isEmpty();
        recovering.commit(first, false);
        recovering.rollback(second);
        assertThat(recovering.recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN))
                .isEmpty();
        assertThat(broker.sends("out")).hasSize(1);
        assertThat(text(session.createConsumer(in).receive(SOON_MS))).isEqualTo("b");
    }

    @Test
    void aBranchWithoutWorkIsReadOnly() throws Exception {
        Xid name = name();
        resource.start(name, XAResource.TMNOFLAGS);
        resource.end(name, XAResource.TMSUCCESS);
        assertThat(resource.prepare(name)).isEqualTo(XAResource.XA_RDONLY);
        assertCode(XAException.XAER_NOTA, () -> resource.commit(name, false));
        assertThat(prepared()).isEmpty();
    }

    @Test
    void twoSessionsOfAConnectionWorkForOneBranch() throws Exception {
        XASession other = xaConnection.createXASession();
        assertThat(resource.isSameRM(other.getXAResource())).isTrue();
        XAConnection elsewhere = closing(xaFactory.createXAConnection());
        assertThat(resource.isSameRM(elsewhere.createXASession().getXAResource()))
                .isFalse();
        Xid name = name();
        resource.start(name, XAResource.TMNOFLAGS);
        sendIn(xa, "1");
        other.getXAResource().start(name, XAResource.TMJOIN);
        sendIn(other, "2");
        resource.end(name, XAResource.TMSUCCESS);
        assertCode(XAException.XAER_PROTO, () -> resource.prepare(name));
        other.getXAResource().end(name, XAResource.TMSUCCESS);
        resource.prepare(name);
        resource.commit(name, false);
        assertThat(receiveTexts(session.createConsumer(out), 2)).containsExactlyInAnyOrder("1", "2");
    }

    @Test
    void aSessionSuspendsABranchWorksForAnotherAndGoesOn() throws Exception {
        Xid first = name();
        Xid second = name();
        sendAs(first, "1", XAResource.TMSUSPEND);
        sendAs(second, "x", XAResource.TMSUCCESS);
        assertCode(XAException.XAER_PROTO, () -> resource.start(second, XAResource.TMRESUME));
        resource.start(first, XAResource.TMRESUME);
        sendIn(xa, "2");
        resource.end(first, XAResource.TMSUCCESS);
        resource.rollback(second);
        resource.commit(first, true);
        assertThat(receiveTexts(session.createConsumer(out), 2)).containsExactlyInAnyOrder("1", "2");
        assertThat(broker.sends("out")).hasSize(2);
    }

    @Test
    void aSuspendedBranchMayEndWithoutBeingResumed() throws Exception {
        Xid name = name();
        sendAs(name, "1", XAResource.TMSUSPEND);
        assertCode(XAException.XAER_PROTO, () -> resource.prepare(name));
        resource.end(name, XAResource.TMSUCCESS);
        resource.commit(name, true);
        assertThat(broker.sends("out")).hasSize(1);
    }

    @Test
    void aBranchThatFailedCanOnlyBeRolledBack() throws Exception {
        Xid name = name();
        sendAs(name, "1", XAResource.TMFAIL);
        assertCode(XAException.XA_RBROLLBACK, () -> resource.prepare(name));
        assertCode(XAException.XAER_NOTA, () -> resource.rollback(name));
        assertThat(broker.sends("out")).isEmpty();
    }

    @Test
    void aBranchWhoseTimeIsOverCanOnlyBeRolledBack() throws Exception {
        assertThat(resource.setTransactionTimeout(2)).isTrue();
        assertThat(resource.getTransactionTimeout()).isEqualTo(2);
        Xid name = name();
        resource.start(name, XAResource.TMNOFLAGS);
        sendIn(xa, "1");
        soon().untilAsserted(() -> assertThatThrownBy(() -> sendIn(xa, "2"))
                .isInstanceOf(jakarta.jms.TransactionRolledBackException.class));
        resource.end(name, XAResource.TMSUCCESS);
        assertCode(XAException.XA_RBTIMEOUT, () -> resource.prepare(name));
        assertThat(resource.setTransactionTimeout(0)).isTrue();
        assertCode(XAException.XAER_INVAL, () -> resource.setTransactionTimeout(-1));
    }

    @Test
    void whatIsOutOfOrderIsToldWithItsCode() throws Exception {
        Xid name = name();
        assertCode(XAException.XAER_NOTA, () -> resource.start(name, XAResource.TMJOIN));
        assertCode(XAException.XAER_PROTO, () -> resource.end(name, XAResource.TMSUCCESS));
        assertCode(XAException.XAER_NOTA, () -> resource.prepare(name));
        assertCode(XAException.XAER_NOTA, () -> resource.commit(name, false));
        assertCode(XAException.XAER_NOTA, () -> resource.commit(name, true));
        assertCode(XAException.XAER_NOTA, () -> resource.rollback(name));
        assertCode(XAException.XAER_NOTA, () -> resource.forget(name));
        assertCode(XAException.XAER_INVAL, () -> resource.start(name, XAResource.TMSUSPEND));
        assertCode(XAException.XAER_INVAL, () -> resource.recover(XAResource.TMSUSPEND));
        assertCode(XAException.XAER_INVAL, () -> resource.start(null, XAResource.TMNOFLAGS));
        assertCode(
                XAException.XAER_INVAL,
                () -> resource.start(new Name(1, new byte[65], new byte[1]), XAResource.TMNOFLAGS));
        resource.start(name, XAResource.TMNOFLAGS);
        assertCode(XAException.XAER_PROTO, () -> resource.start(name(), XAResource.TMNOFLAGS));
        assertCode(
                XAException.XAER_DUPID,
                () -> xaConnection.createXASession().getXAResource().start(name, XAResource.TMNOFLAGS));
        sendIn(xa, "1");
        resource.end(name, XAResource.TMSUCCESS);
        resource.prepare(name);
        assertCode(XAException.XAER_PROTO, () -> resource.start(name, XAResource.TMJOIN));
        assertCode(XAException.XAER_PROTO, () -> resource.forget(name));
    }

    @Test
    void aHeuristicOutcomeIsToldUntilItIsForgotten() throws Exception {
        send(in, "a", "b");
        Xid first = worked("a");
        Xid second = worked("b");
        resource.prepare(first);
        resource.prepare(second);
        for (PreparedUnit unit : prepared()) {
            boolean isFirst = unit.messages() == 1 && broker.sends("out").isEmpty();
            broker.units().decideByHand(unit.id(), isFirst ? Decision.COMMIT : Decision.ROLLBACK);
        }
        assertThat(resource.recover(XAResource.TMSTARTRSCAN)).hasSize(2);
        assertCode(XAException.XA_HEURCOM, () -> resource.rollback(first));
        assertCode(XAException.XA_HEURRB, () -> resource.commit(second, false));
        resource.forget(first);
        resource.forget(second);
        assertCode(XAException.XAER_NOTA, () -> resource.forget(first));
        assertThat(resource.recover(XAResource.TMSTARTRSCAN)).isEmpty();
    }

    @Test
    void aBranchThatCannotBePreparedIsUndoneAndSaysSo() throws Exception {
        send(in, "a");
        Xid name = worked("a");
        broker.refuseSends(Refusal.NOT_WRITABLE, "because of the test");
        assertCode(XAException.XA_RBOTHER, () -> resource.prepare(name));
        broker.refuseSends(null, "");
        assertThat(text(session.createConsumer(in).receive(SOON_MS))).isEqualTo("a");
        assertThat(broker.sends("out")).isEmpty();
        assertCode(XAException.XAER_NOTA, () -> resource.rollback(name));
    }

    @Test
    void aBranchWhoseLeaseIsOverIsUndoneAndSaysSo() throws Exception {
        send(in, "a");
        Xid name = worked("a");
        broker.endLeases();
        assertCode(XAException.XA_RBTRANSIENT, () -> resource.prepare(name));
        assertThat(broker.sends("out")).isEmpty();
        assertThat(text(session.createConsumer(in).receive(SOON_MS))).isEqualTo("a");
    }

    @Test
    void aBranchThatIsNotDecidedIsNotForgotten() throws Exception {
        Xid name = name();
        sendAs(name, "1", XAResource.TMSUCCESS);
        assertCode(XAException.XAER_PROTO, () -> resource.forget(name));
        resource.commit(name, true);
        assertThat(broker.sends("out")).hasSize(1);
    }

    @Test
    void withoutABranchASessionNeitherSendsNorReceivesNorListens() throws Exception {
        assertThat(xa.getTransacted()).isTrue();
        assertThat(xa.getSession()).isNotNull();
        assertThatThrownBy(() -> sendIn(xa, "x"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("enlist");
        MessageConsumer consumer = xa.createConsumer(in);
        assertThatThrownBy(consumer::receiveNoWait).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> consumer.setMessageListener(message -> {})).isInstanceOf(JMSException.class);
        assertThatThrownBy(xa::commit).isInstanceOf(TransactionInProgressException.class);
        assertThatThrownBy(xa::rollback).isInstanceOf(TransactionInProgressException.class);
    }

    @Test
    void anXAConnectionHasOrdinarySessionsToo() throws Exception {
        Session ordinary = xaConnection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        ordinary.createProducer(out).send(ordinary.createTextMessage("x"));
        assertThat(text(ordinary.createConsumer(out).receive(SOON_MS))).isEqualTo("x");
    }

    @Test
    void aSessionThatClosesLeavesItsWorkToTheBranch() throws Exception {
        send(in, "a");
        Xid name = name();
        resource.start(name, XAResource.TMNOFLAGS);
        assertThat(text(xa.createConsumer(in).receive(SOON_MS))).isEqualTo("a");
        sendIn(xa, "A");
        xa.close();
        resource.end(name, XAResource.TMSUCCESS);
        assertCode(XAException.XAER_PROTO, () -> resource.end(name, XAResource.TMSUCCESS));
        resource.commit(name, true);
        assertThat(broker.sends("out")).hasSize(1);
        assertThat(broker.openLeases()).isZero();
    }

    @Test
    void theBranchOfASessionThatClosedMayFail() throws Exception {
        Xid name = name();
        resource.start(name, XAResource.TMNOFLAGS);
        sendIn(xa, "A");
        xa.close();
        resource.end(name, XAResource.TMFAIL);
        assertCode(XAException.XA_RBROLLBACK, () -> resource.prepare(name));
        assertThat(broker.sends("out")).isEmpty();
    }

    @Test
    void aMessageThatComesWhenItsBranchHasEndedIsLeftForTheNextReceive() throws Exception {
        MessageConsumer consumer = xa.createConsumer(in);
        Xid first = name();
        resource.start(first, XAResource.TMNOFLAGS);
        sendIn(xa, "1");
        CompletableFuture<Message> late = new CompletableFuture<>();
        Thread receiver = new Thread(() -> {
            try {
                late.complete(consumer.receive(SOON_MS));
            } catch (JMSException failed) {
                late.completeExceptionally(failed);
            }
        });
        receiver.start();
        soon().until(() -> receiver.getState() == Thread.State.TIMED_WAITING);
        resource.end(first, XAResource.TMSUCCESS);
        Xid second = name();
        resource.start(second, XAResource.TMNOFLAGS);
        send(in, "a");
        assertThat(late)
                .failsWithin(Duration.ofMillis(SOON_MS))
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(TransactionRolledBackException.class);
        receiver.join();
        resource.end(second, XAResource.TMSUCCESS);
        assertThat(resource.prepare(second)).isEqualTo(XAResource.XA_RDONLY);
        resource.commit(first, true);
        Xid third = name();
        resource.start(third, XAResource.TMNOFLAGS);
        assertThat(text(consumer.receive(SOON_MS))).isEqualTo("a");
        resource.end(third, XAResource.TMSUCCESS);
        resource.commit(third, true);
        assertThat(broker.openLeases()).isZero();
    }

    @Test
    void aBranchThatIsWorkedForIsNotRolledBack() throws Exception {
        Xid name = name();
        resource.start(name, XAResource.TMNOFLAGS);
        sendIn(xa, "1");
        XAResource other = xaConnection.createXASession().getXAResource();
        assertCode(XAException.XAER_PROTO, () -> other.rollback(name));
        resource.end(name, XAResource.TMSUCCESS);
        other.rollback(name);
        assertCode(XAException.XAER_NOTA, () -> other.prepare(name));
    }

    @Test
    void aBranchThatIsNotPreparedIsNotCommittedInTwoPhases() throws Exception {
        send(in, "a");
        Xid name = worked("a");
        assertCode(XAException.XAER_PROTO, () -> resource.commit(name, false));
        resource.commit(name, true);
        assertThat(broker.sends("out")).hasSize(1);
    }

    @Test
    void aSubscriberOfATopicIsPartOfTheBranchToo() throws Exception {
        Topic news = session.createTopic("news");
        MessageConsumer consumer = xa.createConsumer(news);
        session.createProducer(news).send(session.createTextMessage("n1"));
        Xid name = name();
        resource.start(name, XAResource.TMNOFLAGS);
        assertThat(text(consumer.receive(SOON_MS))).isEqualTo("n1");
        sendIn(xa, "1");
        resource.end(name, XAResource.TMSUCCESS);
        resource.prepare(name);
        resource.rollback(name);
        Xid again = name();
        resource.start(again, XAResource.TMNOFLAGS);
        assertThat(text(consumer.receive(SOON_MS))).isEqualTo("n1");
        resource.end(again, XAResource.TMSUCCESS);
        resource.commit(again, true);
    }

    @Test
    void aContextWorksForBranchesToo() throws Exception {
        try (XAJMSContext context = xaFactory.createXAContext()) {
            XAResource own = context.getXAResource();
            assertThat(context.getTransacted()).isTrue();
            Xid name = name();
            own.start(name, XAResource.TMNOFLAGS);
            context.createProducer().send(out, "x");
            own.end(name, XAResource.TMSUCCESS);
            own.prepare(name);
            assertThat(broker.sends("out")).isEmpty();
            own.commit(name, false);
            assertThat(context.getContext()).isNotNull();
            assertThatThrownBy(context::commit).isInstanceOf(jakarta.jms.TransactionInProgressRuntimeException.class);
        }
        assertThat(broker.sends("out")).hasSize(1);
    }

    @Test
    void unitsOfOthersAreNoBranches() throws Exception {
        broker.units()
                .prepare(new UnitOfWork("somebody-else", List.of(), List.<Settlement>of()))
                .toCompletableFuture()
                .join();
        assertThat(resource.recover(XAResource.TMSTARTRSCAN)).isEmpty();
        assertThat(prepared()).hasSize(1);
    }
}
