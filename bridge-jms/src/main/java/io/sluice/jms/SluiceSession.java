package io.sluice.jms;

import io.sluice.jms.deliver.AcknowledgeMode;
import io.sluice.jms.deliver.DeliveryLimits;
import io.sluice.jms.deliver.Feed;
import io.sluice.jms.deliver.LeaseFeed;
import io.sluice.jms.deliver.Outbox;
import io.sluice.jms.deliver.SessionLane;
import io.sluice.jms.deliver.Subscription;
import io.sluice.jms.deliver.TailFeed;
import io.sluice.jms.deliver.Transaction;
import io.sluice.jms.destination.Address;
import io.sluice.jms.destination.Addressed;
import io.sluice.jms.destination.Kind;
import io.sluice.jms.message.IncomingForm;
import io.sluice.jms.message.OtherProviders;
import io.sluice.jms.message.SluiceBytesMessage;
import io.sluice.jms.message.SluiceMapMessage;
import io.sluice.jms.message.SluiceMessage;
import io.sluice.jms.message.SluiceStreamMessage;
import io.sluice.jms.message.SluiceTextMessage;
import io.sluice.jms.select.Selector;
import io.sluice.model.IllegalNameException;
import io.sluice.port.BrokerPort;
import jakarta.jms.BytesMessage;
import jakarta.jms.Destination;
import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.JMSRuntimeException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageListener;
import jakarta.jms.MessageProducer;
import jakarta.jms.ObjectMessage;
import jakarta.jms.Queue;
import jakarta.jms.QueueBrowser;
import jakarta.jms.QueueReceiver;
import jakarta.jms.QueueSender;
import jakarta.jms.QueueSession;
import jakarta.jms.StreamMessage;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TemporaryTopic;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import jakarta.jms.TopicPublisher;
import jakarta.jms.TopicSession;
import jakarta.jms.TopicSubscriber;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * One thread of work (Jakarta Messaging 3.1 §6.2): makes producers, consumers and messages, and acknowledges. As the
 * specification says, used by one thread at a time, except for {@link #close}.
 */
public sealed class SluiceSession implements QueueSession, TopicSession permits SluiceXASession {
    private final SluiceConnection connection;
    private final Domain domain;
    private final BrokerPort port;
    private final SessionLane lane;
    private final String orderingKey;
    /** None when the session is not transacted. */
    private final Optional<Transaction> transaction;

    private final List<SluiceConsumer> consumers = new CopyOnWriteArrayList<>();

    SluiceSession(SluiceConnection connection, Domain domain, String name, AcknowledgeMode mode, boolean started) {
        this.connection = connection;
        this.domain = domain;
        this.port = connection.view();
        this.orderingKey = name;
        this.lane = new SessionLane(
                name,
                mode,
                connection.book(),
                connection.calls(),
                connection.options().limits(),
                started);
        this.transaction = mode == AcknowledgeMode.TRANSACTED
                ? Optional.of(lane.transaction(port.units(), connection.book()))
                : Optional.empty();
    }

    /** Where messages that are sent wait for a commit; none when they do not. */
    Optional<Outbox> outbox() {
        return transaction.map(own -> own);
    }

    /**
     * What a receive that begins now may take.
     *
     * @throws JMSException when a message that is received now would belong to nothing that settles it
     */
    SessionLane.Admission admission() throws JMSException {
        return SessionLane.Admission.ALL;
    }

    /** @throws JMSException when messages cannot be taken by a listener */
    void requireListening() throws JMSException {
        // Every mode of a session of its own settles what its listeners get.
    }

    SluiceConnection connection() {
        return connection;
    }

    SessionLane lane() {
        return lane;
    }

    BrokerPort port() {
        return port;
    }

    /** Messages with one key go to one queue of the native topic, so that they stay in the order sent (§6.2.9.2). */
    String orderingKey() {
        return orderingKey;
    }

    boolean consumes(Address address) {
        return consumers.stream().anyMatch(consumer -> consumer.address().equals(address));
    }

    void forget(SluiceConsumer consumer) {
        consumers.remove(consumer);
    }

    void requireOpen() throws IllegalStateException {
        if (lane.isClosed()) {
            throw new IllegalStateException("the session is closed");
        }
    }

    // ---- messages ----

    @Override
    public Message createMessage() throws JMSException {
        requireOpen();
        return new SluiceMessage();
    }

    @Override
    public TextMessage createTextMessage() throws JMSException {
        requireOpen();
        return new SluiceTextMessage();
    }

    @Override
    public TextMessage createTextMessage(String text) throws JMSException {
        requireOpen();
        return new SluiceTextMessage(text);
    }

    @Override
    public BytesMessage createBytesMessage() throws JMSException {
        requireOpen();
        return new SluiceBytesMessage();
    }

    @Override
    public MapMessage createMapMessage() throws JMSException {
        requireOpen();
        return new SluiceMapMessage();
    }

    @Override
    public StreamMessage createStreamMessage() throws JMSException {
        requireOpen();
        return new SluiceStreamMessage();
    }

    /** Refused: see {@link OtherProviders#objectsRefused}. */
    @Override
    public ObjectMessage createObjectMessage() throws JMSException {
        throw OtherProviders.objectsRefused();
    }

    /** Refused: see {@link OtherProviders#objectsRefused}. */
    @Override
    public ObjectMessage createObjectMessage(Serializable object) throws JMSException {
        throw OtherProviders.objectsRefused();
    }

    // ---- destinations ----

    @Override
    public Queue createQueue(String name) throws JMSException {
        domain.requireQueues("createQueue");
        requireOpen();
        return new SluiceQueue(addressOf(Kind.QUEUE, name));
    }

    @Override
    public Topic createTopic(String name) throws JMSException {
        domain.requireTopics("createTopic");
        requireOpen();
        return new SluiceTopic(addressOf(Kind.TOPIC, name));
    }

    private static Address addressOf(Kind kind, String name) throws JMSException {
        try {
            return new Address(kind, name, false);
        } catch (IllegalNameException illegal) {
            InvalidDestinationException refused = new InvalidDestinationException(illegal.getMessage());
            refused.initCause(illegal);
            refused.setLinkedException(illegal);
            throw refused;
        }
    }

    @Override
    public TemporaryQueue createTemporaryQueue() throws JMSException {
        domain.requireQueues("createTemporaryQueue");
        requireOpen();
        return new SluiceTemporaryQueue(connection.temporaries().create(Kind.QUEUE), connection.temporaries());
    }

    @Override
    public TemporaryTopic createTemporaryTopic() throws JMSException {
        domain.requireTopics("createTemporaryTopic");
        requireOpen();
        return new SluiceTemporaryTopic(connection.temporaries().create(Kind.TOPIC), connection.temporaries());
    }

    /** @throws InvalidDestinationException when it is null, or not made by this provider */
    static Addressed addressed(Destination destination) throws JMSException {
        if (destination == null) {
            throw new InvalidDestinationException("the destination is null");
        }
        if (destination instanceof Addressed ours) {
            return ours;
        }
        throw new InvalidDestinationException(
                "the destination is a %s of another provider; make it with this session, or as SluiceQueue or SluiceTopic"
                        .formatted(destination.getClass().getName()));
    }

    // ---- producers ----

    @Override
    public MessageProducer createProducer(Destination destination) throws JMSException {
        return producer(destination);
    }

    @Override
    public QueueSender createSender(Queue queue) throws JMSException {
        return producer(queue);
    }

    @Override
    public TopicPublisher createPublisher(Topic topic) throws JMSException {
        return producer(topic);
    }

    /** @param destination {@code null}: each send names its own */
    SluiceProducer producer(Destination destination) throws JMSException {
        requireOpen();
        return new SluiceProducer(this, destination == null ? Optional.empty() : Optional.of(addressed(destination)));
    }

    // ---- consumers ----

    @Override
    public MessageConsumer createConsumer(Destination destination) throws JMSException {
        return consumer(destination, null, false);
    }

    @Override
    public MessageConsumer createConsumer(Destination destination, String selector) throws JMSException {
        return consumer(destination, selector, false);
    }

    @Override
    public MessageConsumer createConsumer(Destination destination, String selector, boolean noLocal)
            throws JMSException {
        return consumer(destination, selector, noLocal);
    }

    @Override
    public QueueReceiver createReceiver(Queue queue) throws JMSException {
        return consumer(queue, null, false);
    }

    @Override
    public QueueReceiver createReceiver(Queue queue, String selector) throws JMSException {
        return consumer(queue, selector, false);
    }

    @Override
    public TopicSubscriber createSubscriber(Topic topic) throws JMSException {
        return consumer(topic, null, false);
    }

    @Override
    public TopicSubscriber createSubscriber(Topic topic, String selector, boolean noLocal) throws JMSException {
        return consumer(topic, selector, noLocal);
    }

    SluiceConsumer consumer(Destination destination, String selectorText, boolean noLocal) throws JMSException {
        requireOpen();
        Addressed addressed = addressed(destination);
        Address address = addressed.address();
        if (address.temporary() && !connection.temporaries().isOwn(address)) {
            throw new InvalidDestinationException(
                    "%s belongs to another connection, or is deleted; only its own connection may consume from it"
                            .formatted(address));
        }
        Selector selector = Selector.parse(selectorText);
        Feed feed = address.kind() == Kind.QUEUE ? leaseFeed(address, selector) : tailFeed(address, selector, noLocal);
        Subscription subscription =
                new Subscription(feed, addressed, new IncomingForm(connection::destinationAt), lane::acknowledge);
        SluiceConsumer consumer = new SluiceConsumer(this, addressed, subscription, feed, selector, noLocal);
        lane.add(subscription);
        connection.upkeep().watch(feed);
        consumers.add(consumer);
        return consumer;
    }

    private DeliveryLimits limits() {
        return connection.options().limits();
    }

    private Feed leaseFeed(Address address, Selector selector) {
        return new LeaseFeed(
                port.leases(),
                connection.book(),
                address,
                selector,
                limits(),
                System::nanoTime,
                lane::told,
                connection.upkeep()::report);
    }

    private Feed tailFeed(Address address, Selector selector, boolean noLocal) throws JMSException {
        TailFeed feed = new TailFeed(
                address,
                selector,
                noLocal ? Optional.of(connection.id()) : Optional.empty(),
                limits(),
                System::nanoTime,
                lane::told,
                connection.upkeep()::report);
        try {
            connection.calls().await(feed.follow(port.tails()), "subscribing to " + address);
        } catch (JMSException notFollowed) {
            feed.close();
            throw notFollowed;
        }
        return feed;
    }

    // ---- refused ----

    @Override
    public TopicSubscriber createDurableSubscriber(Topic topic, String name) throws JMSException {
        throw durableRefused("createDurableSubscriber");
    }

    @Override
    public TopicSubscriber createDurableSubscriber(Topic topic, String name, String selector, boolean noLocal)
            throws JMSException {
        throw durableRefused("createDurableSubscriber");
    }

    @Override
    public MessageConsumer createDurableConsumer(Topic topic, String name) throws JMSException {
        throw durableRefused("createDurableConsumer");
    }

    @Override
    public MessageConsumer createDurableConsumer(Topic topic, String name, String selector, boolean noLocal)
            throws JMSException {
        throw durableRefused("createDurableConsumer");
    }

    private JMSException durableRefused(String what) throws JMSException {
        domain.requireTopics(what);
        return Unsupported.DURABLE.refused();
    }

    @Override
    public MessageConsumer createSharedConsumer(Topic topic, String name) throws JMSException {
        throw sharedRefused("createSharedConsumer");
    }

    @Override
    public MessageConsumer createSharedConsumer(Topic topic, String name, String selector) throws JMSException {
        throw sharedRefused("createSharedConsumer");
    }

    @Override
    public MessageConsumer createSharedDurableConsumer(Topic topic, String name) throws JMSException {
        throw sharedRefused("createSharedDurableConsumer");
    }

    @Override
    public MessageConsumer createSharedDurableConsumer(Topic topic, String name, String selector) throws JMSException {
        throw sharedRefused("createSharedDurableConsumer");
    }

    private JMSException sharedRefused(String what) throws JMSException {
        domain.requireTopics(what);
        return Unsupported.SHARED.refused();
    }

    @Override
    public void unsubscribe(String name) throws JMSException {
        throw durableRefused("unsubscribe");
    }

    @Override
    public QueueBrowser createBrowser(Queue queue) throws JMSException {
        domain.requireQueues("createBrowser");
        throw Unsupported.BROWSING.refused();
    }

    @Override
    public QueueBrowser createBrowser(Queue queue, String selector) throws JMSException {
        domain.requireQueues("createBrowser");
        throw Unsupported.BROWSING.refused();
    }

    @Override
    public MessageListener getMessageListener() throws JMSException {
        throw Unsupported.SERVER_SESSIONS.refused();
    }

    @Override
    public void setMessageListener(MessageListener listener) throws JMSException {
        throw Unsupported.SERVER_SESSIONS.refused();
    }

    @Override
    public void run() {
        throw new JMSRuntimeException(Unsupported.SERVER_SESSIONS.refused().getMessage(), Unsupported.CODE);
    }

    @Override
    public void commit() throws JMSException {
        transacted("commit").commit();
    }

    @Override
    public void rollback() throws JMSException {
        transacted("roll back").rollback();
    }

    private Transaction transacted(String what) throws IllegalStateException {
        requireOpen();
        return transaction.orElseThrow(
                () -> new IllegalStateException("the session is not transacted, so there is nothing to " + what));
    }

    // ---- settling, life cycle ----

    @Override
    public boolean getTransacted() throws JMSException {
        requireOpen();
        return transaction.isPresent();
    }

    @Override
    public int getAcknowledgeMode() throws JMSException {
        requireOpen();
        return lane.mode().constant();
    }

    @Override
    public void recover() throws JMSException {
        lane.recover();
    }

    @Override
    public void close() throws JMSException {
        try {
            lane.close();
        } finally {
            if (lane.isClosed()) {
                consumers.forEach(consumer -> connection.upkeep().forget(consumer.feed()));
                consumers.clear();
                connection.forget(this);
            }
        }
    }
}
