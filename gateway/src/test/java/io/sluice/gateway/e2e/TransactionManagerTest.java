package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.client.live.LiveCluster;
import io.sluice.gateway.coordinator.Bystander;
import io.sluice.gateway.coordinator.Coordinator;
import io.sluice.jms.SluiceConnectionFactory;
import io.sluice.jms.SluiceXAConnectionFactory;
import io.sluice.port.BrokerPort;
import io.sluice.port.BrokerPortFactory;
import io.sluice.port.PreparedUnit;
import io.sluice.port.UnitsOfWork.Decision;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.XAConnection;
import jakarta.jms.XASession;
import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.SystemException;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A transaction manager in use, over two clusters of ours and resources that are not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TransactionManagerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Enough for what is done before it is over, on any machine. */
    private static final int TIMEOUT_SECONDS = 15;

    private Site first;
    private Site second;
    private Coordinator coordinator;
    private TransactionManager manager;

    /** A cluster of one broker, and connections to it. */
    private static final class Site implements AutoCloseable {
        private static final String BROKER = "broker-a";

        final LiveCluster cluster;
        final XAConnection connection;
        final BrokerPort port;
        private final Connection plainConnection;
        private final Session plain;

        Site(Path directory) throws JMSException {
            cluster = LiveCluster.start(directory, BROKER);
            connection = new SluiceXAConnectionFactory(url()).createXAConnection();
            connection.start();
            plainConnection = new SluiceConnectionFactory(url()).createConnection();
            plainConnection.start();
            plain = plainConnection.createSession();
            port = BrokerPortFactory.open(URI.create(url()));
        }

        String url() {
            return "sluice://" + cluster.nameServerAddress();
        }

        void put(String queue, String text) throws JMSException {
            plain.createProducer(plain.createQueue(queue)).send(plain.createTextMessage(text));
        }

        Message take(String queue) throws JMSException {
            try (MessageConsumer consumer = plain.createConsumer(plain.createQueue(queue))) {
                return consumer.receive(PATIENCE.toMillis());
            }
        }

        void assertEmpty(String queue) throws JMSException {
            try (MessageConsumer consumer = plain.createConsumer(plain.createQueue(queue))) {
                assertThat(consumer.receiveNoWait()).isNull();
            }
        }

        List<PreparedUnit> inDoubt() {
            return result(port.units().prepared("", 100)).units();
        }

        @Override
        public void close() throws JMSException {
            port.close();
            plainConnection.close();
            connection.close();
            cluster.close();
        }
    }

    private static <T> T result(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    @BeforeAll
    void open(@TempDir Path directory) throws Exception {
        first = new Site(directory.resolve("first"));
        second = new Site(directory.resolve("second"));
        coordinator = Coordinator.open(directory.resolve("decisions"));
        manager = coordinator.transactions();
        for (Site site : List.of(first, second)) {
            coordinator.recoversFrom(() -> site.connection.createXASession().getXAResource());
        }
    }

    /** One that failed leaves its transaction to nobody. */
    @AfterEach
    void leave() throws SystemException {
        Transaction left = manager.suspend();
        if (left != null && left.getStatus() == Status.STATUS_ACTIVE) {
            left.rollback();
        }
    }

    @AfterAll
    void close() throws JMSException {
        first.close();
        second.close();
    }

    private void enlist(XAResource resource) throws Exception {
        assertThat(manager.getTransaction().enlistResource(resource)).isTrue();
    }

    private XASession enlisted(Site site) throws Exception {
        XASession session = site.connection.createXASession();
        enlist(session.getXAResource());
        return session;
    }

    private static String receive(XASession session, String queue) throws JMSException {
        try (MessageConsumer consumer = session.createConsumer(session.createQueue(queue))) {
            return consumer.receive(PATIENCE.toMillis()).getBody(String.class);
        }
    }

    private static void send(XASession session, String queue, String text) throws JMSException {
        session.createProducer(session.createQueue(queue)).send(session.createTextMessage(text));
    }

    /** Receives at the first cluster and sends at the second, in the transaction of this thread; answers the session that sent. */
    private XASession move(String queue) throws Exception {
        XASession to = enlisted(second);
        send(to, queue, receive(enlisted(first), queue));
        return to;
    }

    private static String queue(TestInfo test) {
        return test.getTestMethod().orElseThrow().getName();
    }

    private void assertMoved(String queue, String text) throws JMSException {
        assertThat(second.take(queue).getBody(String.class)).isEqualTo(text);
        second.assertEmpty(queue);
        first.assertEmpty(queue);
        assertNothingInDoubt();
    }

    private void assertGivenBack(String queue, String text) throws JMSException {
        Message again = first.take(queue);
        assertThat(again.getBody(String.class)).isEqualTo(text);
        assertThat(again.getJMSRedelivered()).isTrue();
        second.assertEmpty(queue);
        assertNothingInDoubt();
    }

    private void assertNothingInDoubt() {
        assertThat(first.inDoubt()).isEmpty();
        assertThat(second.inDoubt()).isEmpty();
    }

    @Test
    void whatIsReceivedHereAndSentThereIsCommittedTogether(TestInfo test) throws Exception {
        first.put(queue(test), "a");
        manager.begin();
        move(queue(test));
        second.assertEmpty(queue(test));
        manager.commit();
        assertMoved(queue(test), "a");
    }

    @Test
    void whatIsReceivedHereAndSentThereIsRolledBackTogether(TestInfo test) throws Exception {
        first.put(queue(test), "a");
        manager.begin();
        move(queue(test));
        manager.rollback();
        assertGivenBack(queue(test), "a");
    }

    @Test
    void aTransactionWithOneResourceIsCommittedInOnePhase(TestInfo test) throws Exception {
        first.put(queue(test), "a");
        manager.begin();
        XASession session = enlisted(first);
        send(session, queue(test) + "Results", receive(session, queue(test)) + "!");
        manager.commit();
        assertThat(first.take(queue(test) + "Results").getBody(String.class)).isEqualTo("a!");
        first.assertEmpty(queue(test));
    }

    @Test
    void sessionsOfOneConnectionJoinOneBranch(TestInfo test) throws Exception {
        manager.begin();
        XASession one = enlisted(first);
        XASession other = enlisted(first);
        send(one, queue(test), "1");
        send(other, queue(test), "2");
        enlist(Bystander.onPrepare(
                () -> assertThat(first.inDoubt()).as("branches").hasSize(1)));
        manager.commit();
        assertThat(List.of(
                        first.take(queue(test)).getBody(String.class),
                        first.take(queue(test)).getBody(String.class)))
                .containsExactlyInAnyOrder("1", "2");
        assertNothingInDoubt();
    }

    @Test
    void aSessionLeavesATransactionForAnotherAndComesBack(TestInfo test) throws Exception {
        first.put(queue(test), "a");
        XASession to = second.connection.createXASession();
        manager.begin();
        enlist(to.getXAResource());
        XASession from = enlisted(first);
        send(to, queue(test), receive(from, queue(test)));
        assertThat(manager.getTransaction().delistResource(to.getXAResource(), XAResource.TMSUSPEND))
                .isTrue();
        Transaction left = manager.suspend();

        manager.begin();
        enlist(to.getXAResource());
        send(to, queue(test), "never");
        manager.rollback();

        manager.resume(left);
        enlist(to.getXAResource());
        send(to, queue(test) + "More", "b");
        manager.commit();
        assertThat(second.take(queue(test) + "More").getBody(String.class)).isEqualTo("b");
        assertMoved(queue(test), "a");
    }

    @Test
    void aTransactionEndsWhileOneOfItsSessionsIsSuspended(TestInfo test) throws Exception {
        first.put(queue(test), "a");
        manager.begin();
        XASession to = move(queue(test));
        manager.getTransaction().delistResource(to.getXAResource(), XAResource.TMSUSPEND);
        manager.commit();
        assertMoved(queue(test), "a");
    }

    @Test
    void aSessionWhoseWorkFailedTakesTheTransactionBack(TestInfo test) throws Exception {
        first.put(queue(test), "a");
        manager.begin();
        XASession to = move(queue(test));
        manager.getTransaction().delistResource(to.getXAResource(), XAResource.TMFAIL);
        assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
        assertGivenBack(queue(test), "a");
    }

    @Test
    void sessionsThatApplicationsCloseEarlyAreCommittedAllTheSame(TestInfo test) throws Exception {
        first.put(queue(test), "a");
        manager.begin();
        XASession from = enlisted(first);
        XASession to = enlisted(second);
        send(to, queue(test), receive(from, queue(test)));
        from.close();
        to.close();
        manager.commit();
        assertMoved(queue(test), "a");
    }

    @Test
    @Tag("peer")
    void aTransactionWhoseTimeIsOverIsTakenBackByAnotherThread(TestInfo test) throws Exception {
        first.put(queue(test), "a");
        manager.setTransactionTimeout(TIMEOUT_SECONDS);
        try {
            manager.begin();
        } finally {
            manager.setTransactionTimeout(0);
        }
        XASession from = enlisted(first);
        XASession to = enlisted(second);
        send(to, queue(test), receive(from, queue(test)));
        Transaction mine = manager.getTransaction();
        await().atMost(PATIENCE).until(() -> mine.getStatus() == Status.STATUS_ROLLEDBACK);
        assertThatThrownBy(() -> send(to, queue(test), "late")).isInstanceOf(JMSException.class);
        assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
        assertGivenBack(queue(test), "a");
    }

    @Test
    void aResourceThatDoesNotPrepareTakesOurBranchesBack(TestInfo test) throws Exception {
        first.put(queue(test), "a");
        manager.begin();
        move(queue(test));
        enlist(Bystander.onPrepare(() -> {
            assertThat(first.inDoubt()).hasSize(1);
            assertThat(second.inDoubt()).hasSize(1);
            throw new XAException(XAException.XA_RBROLLBACK);
        }));
        assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
        assertGivenBack(queue(test), "a");
    }

    @Test
    @Tag("peer")
    void aBrokerThatStopsBetweenPrepareAndCommitIsToldWhenItIsBack(TestInfo test) throws Exception {
        first.put(queue(test), "a");
        manager.begin();
        enlist(Bystander.onCommit(() -> second.cluster.stopBroker(Site.BROKER)));
        move(queue(test));
        manager.commit();
        coordinator.recover();
        second.cluster.startBroker(Site.BROKER);
        assertThat(second.inDoubt()).hasSize(1);
        coordinator.recover();
        assertMoved(queue(test), "a");
    }

    @Test
    @Tag("peer")
    void aBrokerThatStopsBeforePrepareTakesTheTransactionBack(TestInfo test) throws Exception {
        first.put(queue(test), "a");
        manager.begin();
        enlist(Bystander.onPrepare(() -> second.cluster.stopBroker(Site.BROKER)));
        move(queue(test));
        assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
        second.cluster.startBroker(Site.BROKER);
        coordinator.recover();
        assertGivenBack(queue(test), "a");
    }

    @Test
    void whatAnOperatorDecidedOtherwiseIsToldAndForgotten(TestInfo test) throws Exception {
        first.put(queue(test), "a");
        manager.begin();
        enlist(Bystander.onCommit(() ->
                result(second.port.units().decideByHand(second.inDoubt().get(0).id(), Decision.ROLLBACK))));
        move(queue(test));
        assertThatThrownBy(manager::commit).isInstanceOf(HeuristicMixedException.class);
        second.assertEmpty(queue(test));
        first.assertEmpty(queue(test));
        PreparedUnit told = second.inDoubt().get(0);
        assertThat(told.state()).isEqualTo(PreparedUnit.State.HEURISTIC_ROLLBACK);
        // The transaction manager leaves that to an administrator, too.
        assertThat(result(second.port.units().forget(told.id()))).isTrue();
        assertNothingInDoubt();
    }
}
