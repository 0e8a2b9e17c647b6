package io.sluice.jms;

import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.TransactionInProgressRuntimeException;
import jakarta.jms.XAJMSContext;
import java.util.concurrent.atomic.AtomicInteger;
import javax.transaction.xa.XAResource;

/** The simplified API for distributed transactions: a context with a session like {@link SluiceXASession}. */
public final class SluiceXAContext extends SluiceContext implements XAJMSContext {
    private final SluiceXASession session;

    SluiceXAContext(SluiceXAConnection connection) throws JMSException {
        super(connection, SESSION_TRANSACTED, new AtomicInteger());
        this.session = sessionOf(connection);
    }

    /** A connection whose session cannot be made is of no use to anybody. */
    private static SluiceXASession sessionOf(SluiceXAConnection connection) throws JMSException {
        try {
            return connection.createInTransactions();
        } catch (JMSException refused) {
            connection.close();
            throw refused;
        }
    }

    @Override
    SluiceSession made() {
        return session;
    }

    @Override
    public JMSContext getContext() {
        return this;
    }

    @Override
    public XAResource getXAResource() {
        return session.getXAResource();
    }

    /** @throws TransactionInProgressRuntimeException always: the transaction manager decides */
    @Override
    public void commit() {
        throw notHere();
    }

    /** @throws TransactionInProgressRuntimeException always: the transaction manager decides */
    @Override
    public void rollback() {
        throw notHere();
    }

    private static TransactionInProgressRuntimeException notHere() {
        return new TransactionInProgressRuntimeException(
                "the context works for distributed transactions, which the transaction manager commits and rolls back");
    }
}
