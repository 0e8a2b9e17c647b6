package io.sluice.jms;

import io.sluice.jms.deliver.AcknowledgeMode;
import jakarta.jms.BytesMessage;
import jakarta.jms.ConnectionMetaData;
import jakarta.jms.Destination;
import jakarta.jms.ExceptionListener;
import jakarta.jms.IllegalStateRuntimeException;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.JMSProducer;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.ObjectMessage;
import jakarta.jms.Queue;
import jakarta.jms.QueueBrowser;
import jakarta.jms.StreamMessage;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TemporaryTopic;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.io.Serializable;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The simplified API (Jakarta Messaging 3.1 §2.8): one connection shared by a family of contexts, one session each. The
 * session begins with its first use, so that a client id can be set before. The last context of the family that closes
 * closes the connection.
 */
public sealed class SluiceContext implements JMSContext permits SluiceXAContext {
    private final SluiceConnection connection;
    private final int sessionMode;
    /** Open contexts on the connection. */
    private final AtomicInteger family;

    private Optional<SluiceSession> session = Optional.empty();
    private boolean autoStart = true;
    private volatile boolean closed;

    SluiceContext(SluiceConnection connection, int sessionMode, AtomicInteger family) {
        this.connection = connection;
        this.sessionMode = sessionMode;
        this.family = family;
        family.incrementAndGet();
    }

    /** The first context on a connection; a mode that is refused opens none. */
    static SluiceContext first(Unchecked.Call<SluiceConnection> connection, int sessionMode) throws JMSException {
        AcknowledgeMode.of(sessionMode);
        return new SluiceContext(connection.result(), sessionMode, new AtomicInteger());
    }

    @Override
    public JMSContext createContext(int mode) {
        requireOpen();
        Unchecked.get(() -> AcknowledgeMode.of(mode));
        return new SluiceContext(connection, mode, family);
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateRuntimeException("the context is closed");
        }
    }

    private SluiceConnection connection() {
        requireOpen();
        return connection;
    }

    private synchronized SluiceSession session() {
        requireOpen();
        if (session.isEmpty()) {
            session = Optional.of(made());
        }
        return session.get();
    }

    /** The session of this context, which is asked for once. */
    SluiceSession made() {
        return Unchecked.get(() -> connection.create(sessionMode));
    }

    @Override
    public JMSProducer createProducer() {
        SluiceSession own = session();
        return new SluiceContextProducer(own, Unchecked.get(() -> own.producer(null)));
    }

    // ---- connection ----

    @Override
    public String getClientID() {
        return Unchecked.get(connection()::getClientID);
    }

    @Override
    public void setClientID(String clientId) {
        Unchecked.run(() -> connection().setClientID(clientId));
    }

    @Override
    public ConnectionMetaData getMetaData() {
        return Unchecked.get(connection()::getMetaData);
    }

    @Override
    public ExceptionListener getExceptionListener() {
        return Unchecked.get(connection()::getExceptionListener);
    }

    @Override
    public void setExceptionListener(ExceptionListener listener) {
        Unchecked.run(() -> connection().setExceptionListener(listener));
    }

    @Override
    public void start() {
        Unchecked.run(connection()::start);
    }

    @Override
    public void stop() {
        Unchecked.run(connection()::stop);
    }

    @Override
    public synchronized void setAutoStart(boolean value) {
        requireOpen();
        autoStart = value;
    }

    @Override
    public synchronized boolean getAutoStart() {
        requireOpen();
        return autoStart;
    }

    @Override
    public void close() {
        Optional<SluiceSession> own;
        synchronized (this) {
            if (closed) {
                return;
            }
            own = session;
            if (own.isPresent() && own.get().lane().isOwnThread()) {
                throw new IllegalStateRuntimeException(
                        "a listener or callback must not close its own context, which would wait for its end");
            }
            closed = true;
        }
        Unchecked.run(() -> {
            try {
                if (own.isPresent()) {
                    own.get().close();
                }
            } finally {
                if (family.decrementAndGet() == 0) {
                    connection.close();
                }
            }
        });
    }

    // ---- messages and destinations ----

    @Override
    public BytesMessage createBytesMessage() {
        return Unchecked.get(session()::createBytesMessage);
    }

    @Override
    public MapMessage createMapMessage() {
        return Unchecked.get(session()::createMapMessage);
    }

    @Override
    public Message createMessage() {
        return Unchecked.get(session()::createMessage);
    }

    @Override
    public ObjectMessage createObjectMessage() {
        return Unchecked.get(session()::createObjectMessage);
    }

    @Override
    public ObjectMessage createObjectMessage(Serializable object) {
        return Unchecked.get(() -> session().createObjectMessage(object));
    }

    @Override
    public StreamMessage createStreamMessage() {
        return Unchecked.get(session()::createStreamMessage);
    }

    @Override
    public TextMessage createTextMessage() {
        return Unchecked.get(() -> session().createTextMessage());
    }

    @Override
    public TextMessage createTextMessage(String text) {
        return Unchecked.get(() -> session().createTextMessage(text));
    }

    @Override
    public Queue createQueue(String name) {
        return Unchecked.get(() -> session().createQueue(name));
    }

    @Override
    public Topic createTopic(String name) {
        return Unchecked.get(() -> session().createTopic(name));
    }

    @Override
    public TemporaryQueue createTemporaryQueue() {
        return Unchecked.get(session()::createTemporaryQueue);
    }

    @Override
    public TemporaryTopic createTemporaryTopic() {
        return Unchecked.get(session()::createTemporaryTopic);
    }

    // ---- consumers ----

    @Override
    public JMSConsumer createConsumer(Destination destination) {
        return consumer(destination, null, false);
    }

    @Override
    public JMSConsumer createConsumer(Destination destination, String selector) {
        return consumer(destination, selector, false);
    }

    @Override
    public JMSConsumer createConsumer(Destination destination, String selector, boolean noLocal) {
        return consumer(destination, selector, noLocal);
    }

    private JMSConsumer consumer(Destination destination, String selector, boolean noLocal) {
        SluiceSession own = session();
        SluiceConsumer consumer = Unchecked.get(() -> own.consumer(destination, selector, noLocal));
        if (getAutoStart()) {
            start();
        }
        return new SluiceContextConsumer(consumer);
    }

    @Override
    public JMSConsumer createDurableConsumer(Topic topic, String name) {
        throw Unchecked.of(Unsupported.DURABLE.refused());
    }

    @Override
    public JMSConsumer createDurableConsumer(Topic topic, String name, String selector, boolean noLocal) {
        throw Unchecked.of(Unsupported.DURABLE.refused());
    }

    @Override
    public JMSConsumer createSharedDurableConsumer(Topic topic, String name) {
        throw Unchecked.of(Unsupported.SHARED.refused());
    }

    @Override
    public JMSConsumer createSharedDurableConsumer(Topic topic, String name, String selector) {
        throw Unchecked.of(Unsupported.SHARED.refused());
    }

    @Override
    public JMSConsumer createSharedConsumer(Topic topic, String name) {
        throw Unchecked.of(Unsupported.SHARED.refused());
    }

    @Override
    public JMSConsumer createSharedConsumer(Topic topic, String name, String selector) {
        throw Unchecked.of(Unsupported.SHARED.refused());
    }

    @Override
    public QueueBrowser createBrowser(Queue queue) {
        return Unchecked.get(() -> session().createBrowser(queue));
    }

    @Override
    public QueueBrowser createBrowser(Queue queue, String selector) {
        return Unchecked.get(() -> session().createBrowser(queue, selector));
    }

    @Override
    public void unsubscribe(String name) {
        throw Unchecked.of(Unsupported.DURABLE.refused());
    }

    // ---- settling ----

    @Override
    public boolean getTransacted() {
        requireOpen();
        return sessionMode == SESSION_TRANSACTED;
    }

    @Override
    public int getSessionMode() {
        requireOpen();
        return sessionMode;
    }

    @Override
    public void commit() {
        Unchecked.run(session()::commit);
    }

    @Override
    public void rollback() {
        Unchecked.run(session()::rollback);
    }

    @Override
    public void recover() {
        Unchecked.run(session()::recover);
    }

    @Override
    public void acknowledge() {
        Unchecked.run(session().lane()::acknowledge);
    }
}
