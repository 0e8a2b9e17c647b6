package io.sluice.jms;

import io.sluice.jms.call.BrokerCalls;
import io.sluice.jms.deliver.AcknowledgeMode;
import io.sluice.jms.deliver.LeaseBook;
import io.sluice.jms.deliver.Upkeep;
import io.sluice.jms.destination.Address;
import io.sluice.jms.destination.Addressed;
import io.sluice.jms.destination.Kind;
import io.sluice.model.Caller;
import io.sluice.model.SluiceException;
import io.sluice.port.BrokerPort;
import io.sluice.port.BrokerPortFactory;
import io.sluice.runtime.DutyThread;
import jakarta.jms.ConnectionConsumer;
import jakarta.jms.ConnectionMetaData;
import jakarta.jms.Destination;
import jakarta.jms.ExceptionListener;
import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidClientIDException;
import jakarta.jms.JMSException;
import jakarta.jms.Queue;
import jakarta.jms.QueueConnection;
import jakarta.jms.QueueSession;
import jakarta.jms.ServerSessionPool;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import jakarta.jms.TopicConnection;
import jakarta.jms.TopicSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of an application (Jakarta Messaging 3.1 §6.1), on a port of its own. Safe for many threads; guarded by
 * itself. Neither broker nor application code is called under the lock.
 */
public sealed class SluiceConnection implements QueueConnection, TopicConnection permits SluiceXAConnection {
    private static final Logger log = LoggerFactory.getLogger(SluiceConnection.class);

    private final String id = UUID.randomUUID().toString().replace("-", "");
    private final ConnectionOptions options;
    private final Domain domain;
    private final Set<String> clientIdsInUse;
    private final BrokerPort port;
    private final BrokerCalls calls;
    private final LeaseBook book;
    private final Upkeep upkeep;
    private final DutyThread upkeepThread;
    private final TemporaryDestinations temporaries;
    private final ConnectionMetaData metaData = new SluiceConnectionMetaData();
    private final AtomicInteger sessionCount = new AtomicInteger();

    private final List<SluiceSession> sessions = new ArrayList<>();
    private String clientId;
    /** After the first use nobody may set the client id any more. */
    private boolean used;

    private boolean started;
    private boolean closed;

    SluiceConnection(ConnectionOptions options, Domain domain, Set<String> clientIdsInUse, BrokerPort port) {
        this.options = options;
        this.domain = domain;
        this.clientIdsInUse = clientIdsInUse;
        this.port = port;
        this.calls = new BrokerCalls(options.timeout());
        BrokerPort view = view();
        this.book = new LeaseBook(view.leases(), options.limits().leaseFor(), System::nanoTime);
        this.upkeep = new Upkeep(
                "jms-upkeep-" + id.substring(0, 8), book, options.limits().leaseFor());
        this.temporaries = new TemporaryDestinations(id, view.topics(), calls, this::isConsumed);
        this.upkeepThread = DutyThread.start(upkeep);
    }

    /** @throws JMSException when no connector knows the address, or it cannot connect, or the client id is in use */
    static SluiceConnection open(ConnectionOptions options, Domain domain, Set<String> clientIdsInUse)
            throws JMSException {
        return named(new SluiceConnection(options, domain, clientIdsInUse, connect(options)));
    }

    /** The connection with the client id that its options name, or closed. */
    static <C extends SluiceConnection> C named(C opened) throws JMSException {
        SluiceConnection connection = opened;
        ConnectionOptions options = connection.options;
        if (options.clientId().isPresent()) {
            try {
                connection.takeClientId(options.clientId().get());
            } catch (JMSException inUse) {
                opened.close();
                throw inUse;
            }
        }
        return opened;
    }

    static BrokerPort connect(ConnectionOptions options) throws JMSException {
        try {
            return BrokerPortFactory.open(options.broker());
        } catch (SluiceException | IllegalArgumentException refused) {
            throw BrokerCalls.failure("connecting", refused);
        }
    }

    /** The port with the rights of whoever uses this connection. */
    BrokerPort view() {
        return port.onBehalfOf(Caller.anonymous("jms", "connection " + id));
    }

    String id() {
        return id;
    }

    ConnectionOptions options() {
        return options;
    }

    BrokerCalls calls() {
        return calls;
    }

    LeaseBook book() {
        return book;
    }

    Upkeep upkeep() {
        return upkeep;
    }

    TemporaryDestinations temporaries() {
        return temporaries;
    }

    /** The object that an application gets for an address met in a message. */
    Addressed destinationAt(Address address) {
        if (!address.temporary()) {
            return address.kind() == Kind.QUEUE ? new SluiceQueue(address) : new SluiceTopic(address);
        }
        TemporaryDestinations owner = temporaries.isOwn(address) ? temporaries : null;
        return address.kind() == Kind.QUEUE
                ? new SluiceTemporaryQueue(address, owner)
                : new SluiceTemporaryTopic(address, owner);
    }

    private boolean isConsumed(Address address) {
        return openSessions().stream().anyMatch(session -> session.consumes(address));
    }

    private synchronized List<SluiceSession> openSessions() {
        return List.copyOf(sessions);
    }

    // ---- sessions ----

    @Override
    public Session createSession() throws JMSException {
        return create(Session.AUTO_ACKNOWLEDGE);
    }

    @Override
    public Session createSession(int sessionMode) throws JMSException {
        return create(sessionMode);
    }

    @Override
    public Session createSession(boolean transacted, int acknowledgeMode) throws JMSException {
        return create(transacted ? Session.SESSION_TRANSACTED : acknowledgeMode);
    }

    @Override
    public QueueSession createQueueSession(boolean transacted, int acknowledgeMode) throws JMSException {
        domain.requireQueues("createQueueSession");
        return create(transacted ? Session.SESSION_TRANSACTED : acknowledgeMode);
    }

    @Override
    public TopicSession createTopicSession(boolean transacted, int acknowledgeMode) throws JMSException {
        domain.requireTopics("createTopicSession");
        return create(transacted ? Session.SESSION_TRANSACTED : acknowledgeMode);
    }

    SluiceSession create(int sessionMode) throws JMSException {
        AcknowledgeMode mode = AcknowledgeMode.of(sessionMode);
        return add((name, running) -> new SluiceSession(this, domain, name, mode, running));
    }

    /** Makes a session of this connection. */
    @FunctionalInterface
    interface Making<S extends SluiceSession> {
        S session(String name, boolean started);
    }

    <S extends SluiceSession> S add(Making<S> making) throws JMSException {
        synchronized (this) {
            use();
            String name = "jms-session-" + id.substring(0, 8) + "-" + sessionCount.incrementAndGet();
            S session = making.session(name, started);
            sessions.add(session);
            return session;
        }
    }

    Domain domain() {
        return domain;
    }

    synchronized void forget(SluiceSession session) {
        sessions.remove(session);
    }

    private void use() throws JMSException {
        requireOpen();
        used = true;
    }

    private void requireOpen() throws JMSException {
        if (closed) {
            throw new IllegalStateException("the connection is closed");
        }
    }

    // ---- client id, §6.1.2 ----

    @Override
    public synchronized String getClientID() throws JMSException {
        requireOpen();
        return clientId;
    }

    @Override
    public synchronized void setClientID(String wanted) throws JMSException {
        requireOpen();
        if (clientId != null) {
            throw new IllegalStateException("the client id is '%s' already and cannot be changed".formatted(clientId));
        }
        if (used) {
            throw new IllegalStateException(
                    "the connection has been used already; set the client id right after creating it");
        }
        takeClientId(wanted);
    }

    private synchronized void takeClientId(String wanted) throws JMSException {
        if (wanted == null || wanted.isEmpty()) {
            throw new InvalidClientIDException("the client id is null or empty");
        }
        if (!clientIdsInUse.add(wanted)) {
            throw new InvalidClientIDException(
                    "client id '%s' is in use by another connection of this factory".formatted(wanted));
        }
        clientId = wanted;
    }

    @Override
    public synchronized ConnectionMetaData getMetaData() throws JMSException {
        requireOpen();
        return metaData;
    }

    @Override
    public synchronized ExceptionListener getExceptionListener() throws JMSException {
        requireOpen();
        return upkeep.listener();
    }

    @Override
    public synchronized void setExceptionListener(ExceptionListener listener) throws JMSException {
        use();
        upkeep.listener(listener);
    }

    // ---- life cycle ----

    @Override
    public void start() throws JMSException {
        List<SluiceSession> all;
        synchronized (this) {
            use();
            started = true;
            all = List.copyOf(sessions);
        }
        all.forEach(session -> session.lane().start());
    }

    @Override
    public void stop() throws JMSException {
        List<SluiceSession> all;
        synchronized (this) {
            use();
            all = List.copyOf(sessions);
            requireForeignThread(all, "stop");
            started = false;
        }
        for (SluiceSession session : all) {
            session.lane().stop();
        }
    }

    private static void requireForeignThread(List<SluiceSession> all, String what) throws JMSException {
        if (all.stream().anyMatch(session -> session.lane().isOwnThread())) {
            throw new IllegalStateException(
                    "a listener or callback must not %s its own connection, which would wait for its end"
                            .formatted(what));
        }
    }

    /** Closes the sessions, deletes the temporary destinations and leaves the broker. Twice is harmless. */
    @Override
    public void close() throws JMSException {
        List<SluiceSession> all;
        synchronized (this) {
            if (closed) {
                return;
            }
            all = List.copyOf(sessions);
            requireForeignThread(all, "close");
            closed = true;
        }
        JMSException first = null;
        for (SluiceSession session : all) {
            try {
                session.close();
            } catch (JMSException failed) {
                requireClosed(session, failed);
                first = first == null ? failed : first;
            }
        }
        leave();
        if (first != null) {
            throw first;
        }
    }

    /** An interrupt while a session waited for its listeners leaves the connection open, to be closed again. */
    private void requireClosed(SluiceSession session, JMSException failed) throws JMSException {
        if (!session.lane().isClosed()) {
            synchronized (this) {
                closed = false;
            }
            throw failed;
        }
    }

    private void leave() {
        temporaries.deleteAll();
        upkeepThread.close();
        try {
            calls.await(book.releaseAll(), "giving back messages");
        } catch (JMSException noAnswer) {
            log.warn("some messages stay hidden until their leases end: {}", noAnswer.getMessage());
        }
        port.close();
        synchronized (this) {
            if (clientId != null) {
                clientIdsInUse.remove(clientId);
            }
        }
    }

    // ---- session pools of application servers, refused ----

    @Override
    public ConnectionConsumer createConnectionConsumer(
            Destination destination, String selector, ServerSessionPool pool, int maxMessages) throws JMSException {
        throw Unsupported.SERVER_SESSIONS.refused();
    }

    @Override
    public ConnectionConsumer createConnectionConsumer(
            Queue queue, String selector, ServerSessionPool pool, int maxMessages) throws JMSException {
        throw Unsupported.SERVER_SESSIONS.refused();
    }

    @Override
    public ConnectionConsumer createConnectionConsumer(
            Topic topic, String selector, ServerSessionPool pool, int maxMessages) throws JMSException {
        throw Unsupported.SERVER_SESSIONS.refused();
    }

    @Override
    public ConnectionConsumer createSharedConnectionConsumer(
            Topic topic, String name, String selector, ServerSessionPool pool, int maxMessages) throws JMSException {
        domain.requireTopics("createSharedConnectionConsumer");
        throw Unsupported.SERVER_SESSIONS.refused();
    }

    @Override
    public ConnectionConsumer createDurableConnectionConsumer(
            Topic topic, String name, String selector, ServerSessionPool pool, int maxMessages) throws JMSException {
        domain.requireTopics("createDurableConnectionConsumer");
        throw Unsupported.SERVER_SESSIONS.refused();
    }

    @Override
    public ConnectionConsumer createSharedDurableConnectionConsumer(
            Topic topic, String name, String selector, ServerSessionPool pool, int maxMessages) throws JMSException {
        domain.requireTopics("createSharedDurableConnectionConsumer");
        throw Unsupported.SERVER_SESSIONS.refused();
    }
}
