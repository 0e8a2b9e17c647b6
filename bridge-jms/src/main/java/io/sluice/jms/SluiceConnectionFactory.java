package io.sluice.jms;

import io.sluice.jms.jndi.SluiceObjectFactory;
import jakarta.jms.Connection;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.QueueConnection;
import jakarta.jms.QueueConnectionFactory;
import jakarta.jms.TopicConnection;
import jakarta.jms.TopicConnectionFactory;
import java.io.Serializable;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.naming.Reference;
import javax.naming.Referenceable;
import javax.naming.StringRefAddr;

/**
 * Opens connections to the broker that a URL names, for all three styles of the API. Safe for many threads.
 *
 * <p>The URL is {@code sluice://host:port[,host:port]?option=value}, where host and port are name servers; options that
 * begin with {@code jms.} are listed in docs/doors/jms.md. How the broker is reached is the business of a connector on the
 * class path, see {@link io.sluice.port.BrokerPortFactory}.
 */
public class SluiceConnectionFactory
        implements QueueConnectionFactory, TopicConnectionFactory, Referenceable, Serializable {
    private static final long serialVersionUID = 1L;

    private final String url;
    private final transient ConnectionOptions options;
    /** Client ids of the open connections of this factory: no two may have the same (Jakarta Messaging 3.1 §6.1.2). */
    private final transient Set<String> clientIds = ConcurrentHashMap.newKeySet();

    /** @throws IllegalArgumentException when it is no URL, or has an option that is unknown or out of range */
    public SluiceConnectionFactory(String url) {
        this.url = url;
        this.options = ConnectionOptions.parse(url);
    }

    /** A deserialised factory is made anew, so that its URL is checked and nothing is missing. */
    protected Object readResolve() {
        return new SluiceConnectionFactory(url);
    }

    public String getUrl() {
        return url;
    }

    @Override
    public Connection createConnection() throws JMSException {
        return open(Domain.ANY);
    }

    /** @throws JMSSecurityException when there is a user name: nothing here could check it */
    @Override
    public Connection createConnection(String userName, String password) throws JMSException {
        requireAnonymous(userName);
        return open(Domain.ANY);
    }

    @Override
    public QueueConnection createQueueConnection() throws JMSException {
        return open(Domain.QUEUES);
    }

    /** @throws JMSSecurityException when there is a user name: nothing here could check it */
    @Override
    public QueueConnection createQueueConnection(String userName, String password) throws JMSException {
        requireAnonymous(userName);
        return open(Domain.QUEUES);
    }

    @Override
    public TopicConnection createTopicConnection() throws JMSException {
        return open(Domain.TOPICS);
    }

    /** @throws JMSSecurityException when there is a user name: nothing here could check it */
    @Override
    public TopicConnection createTopicConnection(String userName, String password) throws JMSException {
        requireAnonymous(userName);
        return open(Domain.TOPICS);
    }

    @Override
    public JMSContext createContext() {
        return createContext(JMSContext.AUTO_ACKNOWLEDGE);
    }

    @Override
    public JMSContext createContext(String userName, String password) {
        return createContext(userName, password, JMSContext.AUTO_ACKNOWLEDGE);
    }

    @Override
    public JMSContext createContext(String userName, String password, int sessionMode) {
        Unchecked.run(() -> requireAnonymous(userName));
        return createContext(sessionMode);
    }

    @Override
    public JMSContext createContext(int sessionMode) {
        return Unchecked.get(() -> SluiceContext.first(() -> open(Domain.ANY), sessionMode));
    }

    private SluiceConnection open(Domain domain) throws JMSException {
        return SluiceConnection.open(options, domain, clientIds);
    }

    ConnectionOptions options() {
        return options;
    }

    Set<String> clientIds() {
        return clientIds;
    }

    static void requireAnonymous(String userName) throws JMSException {
        if (userName != null && !userName.isEmpty()) {
            throw new JMSSecurityException(
                    "this provider passes no user name and password; connect without, and give credentials of the broker in the URL");
        }
    }

    @Override
    public Reference getReference() {
        return new Reference(
                getClass().getName(),
                new StringRefAddr(SluiceObjectFactory.URL, url),
                SluiceObjectFactory.class.getName(),
                null);
    }
}
