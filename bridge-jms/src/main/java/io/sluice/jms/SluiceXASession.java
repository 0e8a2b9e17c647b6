package io.sluice.jms;

import io.sluice.jms.deliver.AcknowledgeMode;
import io.sluice.jms.deliver.Outbox;
import io.sluice.jms.deliver.SessionLane;
import io.sluice.jms.xa.Branches;
import io.sluice.jms.xa.SessionResource;
import jakarta.jms.JMSException;
import jakarta.jms.QueueSession;
import jakarta.jms.Session;
import jakarta.jms.TopicSession;
import jakarta.jms.TransactionInProgressException;
import jakarta.jms.XAQueueSession;
import jakarta.jms.XATopicSession;
import java.util.Optional;
import javax.transaction.xa.XAResource;

/**
 * A session that works for distributed transactions: what it sends and receives belongs to the branch that a transaction manager has
 * started on its {@link #getXAResource resource}. Without one it neither sends nor receives.
 */
public final class SluiceXASession extends SluiceSession implements XAQueueSession, XATopicSession {
    private final SessionResource resource;

    SluiceXASession(SluiceConnection connection, Domain domain, String name, Branches branches, boolean started) {
        super(connection, domain, name, AcknowledgeMode.TRANSACTED, started);
        this.resource = new SessionResource(branches, lane());
    }

    @Override
    public XAResource getXAResource() {
        return resource;
    }

    @Override
    public Session getSession() throws JMSException {
        requireOpen();
        return this;
    }

    @Override
    public QueueSession getQueueSession() throws JMSException {
        requireOpen();
        return this;
    }

    @Override
    public TopicSession getTopicSession() throws JMSException {
        requireOpen();
        return this;
    }

    @Override
    Optional<Outbox> outbox() {
        return Optional.of(resource);
    }

    @Override
    SessionLane.Admission admission() throws JMSException {
        requireOpen();
        return resource.admission();
    }

    @Override
    void requireListening() throws JMSException {
        throw Unsupported.XA_LISTENER.refused();
    }

    /** @throws TransactionInProgressException always: the transaction manager decides */
    @Override
    public void commit() throws JMSException {
        throw notHere();
    }

    /** @throws TransactionInProgressException always: the transaction manager decides */
    @Override
    public void rollback() throws JMSException {
        throw notHere();
    }

    private TransactionInProgressException notHere() throws JMSException {
        requireOpen();
        return new TransactionInProgressException(
                "the session works for distributed transactions, which the transaction manager commits and rolls back");
    }

    /** The branch that it works for goes on without it. */
    @Override
    public void close() throws JMSException {
        resource.leave();
        super.close();
    }
}
