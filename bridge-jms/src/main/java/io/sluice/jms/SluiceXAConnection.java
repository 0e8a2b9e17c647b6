package io.sluice.jms;

import io.sluice.jms.xa.Branches;
import io.sluice.port.BrokerPort;
import jakarta.jms.JMSException;
import jakarta.jms.XAQueueConnection;
import jakarta.jms.XAQueueSession;
import jakarta.jms.XASession;
import jakarta.jms.XATopicConnection;
import jakarta.jms.XATopicSession;
import java.util.Set;

/** A connection whose XA sessions take part in distributed transactions; it is one resource manager. */
public final class SluiceXAConnection extends SluiceConnection implements XAQueueConnection, XATopicConnection {
    private final Branches branches;

    private SluiceXAConnection(ConnectionOptions options, Domain domain, Set<String> clientIdsInUse, BrokerPort port) {
        super(options, domain, clientIdsInUse, port);
        this.branches = new Branches(view().units(), book(), calls(), System::nanoTime);
    }

    /** @throws JMSException when no connector knows the address, or it cannot connect, or the client id is in use */
    static SluiceXAConnection openXA(ConnectionOptions options, Domain domain, Set<String> clientIdsInUse)
            throws JMSException {
        return named(new SluiceXAConnection(options, domain, clientIdsInUse, connect(options)));
    }

    @Override
    public XASession createXASession() throws JMSException {
        return createInTransactions();
    }

    @Override
    public XAQueueSession createXAQueueSession() throws JMSException {
        domain().requireQueues("createXAQueueSession");
        return createInTransactions();
    }

    @Override
    public XATopicSession createXATopicSession() throws JMSException {
        domain().requireTopics("createXATopicSession");
        return createInTransactions();
    }

    SluiceXASession createInTransactions() throws JMSException {
        return add((name, started) -> new SluiceXASession(this, domain(), name, branches, started));
    }
}
