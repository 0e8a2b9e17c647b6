package io.sluice.jms;

import jakarta.jms.JMSException;
import jakarta.jms.XAConnection;
import jakarta.jms.XAConnectionFactory;
import jakarta.jms.XAJMSContext;
import jakarta.jms.XAQueueConnection;
import jakarta.jms.XAQueueConnectionFactory;
import jakarta.jms.XATopicConnection;
import jakarta.jms.XATopicConnectionFactory;

/**
 * Opens connections whose sessions take part in distributed transactions (Jakarta Messaging 3.1 §6.2.8), besides ordinary ones. Safe
 * for many threads.
 */
public final class SluiceXAConnectionFactory extends SluiceConnectionFactory
        implements XAConnectionFactory, XAQueueConnectionFactory, XATopicConnectionFactory {
    private static final long serialVersionUID = 1L;

    /** @throws IllegalArgumentException when it is no URL, or has an option that is unknown or out of range */
    public SluiceXAConnectionFactory(String url) {
        super(url);
    }

    @Override
    protected Object readResolve() {
        return new SluiceXAConnectionFactory(getUrl());
    }

    @Override
    public XAConnection createXAConnection() throws JMSException {
        return openXA(Domain.ANY);
    }

    /** @throws jakarta.jms.JMSSecurityException when there is a user name: nothing here could check it */
    @Override
    public XAConnection createXAConnection(String userName, String password) throws JMSException {
        requireAnonymous(userName);
        return openXA(Domain.ANY);
    }

    @Override
    public XAQueueConnection createXAQueueConnection() throws JMSException {
        return openXA(Domain.QUEUES);
    }

    /** @throws jakarta.jms.JMSSecurityException when there is a user name: nothing here could check it */
    @Override
    public XAQueueConnection createXAQueueConnection(String userName, String password) throws JMSException {
        requireAnonymous(userName);
        return openXA(Domain.QUEUES);
    }

    @Override
    public XATopicConnection createXATopicConnection() throws JMSException {
        return openXA(Domain.TOPICS);
    }

    /** @throws jakarta.jms.JMSSecurityException when there is a user name: nothing here could check it */
    @Override
    public XATopicConnection createXATopicConnection(String userName, String password) throws JMSException {
        requireAnonymous(userName);
        return openXA(Domain.TOPICS);
    }

    @Override
    public XAJMSContext createXAContext() {
        return Unchecked.get(() -> new SluiceXAContext(openXA(Domain.ANY)));
    }

    @Override
    public XAJMSContext createXAContext(String userName, String password) {
        Unchecked.run(() -> requireAnonymous(userName));
        return createXAContext();
    }

    private SluiceXAConnection openXA(Domain domain) throws JMSException {
        return SluiceXAConnection.openXA(options(), domain, clientIds());
    }
}
