package io.sluice.jms;

import io.sluice.jms.call.BrokerCalls;
import io.sluice.jms.deliver.Outbox;
import io.sluice.jms.destination.Addressed;
import io.sluice.jms.message.OtherProviders;
import io.sluice.jms.message.OutgoingForm;
import io.sluice.jms.message.SluiceMessage;
import io.sluice.model.PropertyNames;
import io.sluice.port.Placement;
import io.sluice.port.SendOutcome;
import jakarta.jms.CompletionListener;
import jakarta.jms.DeliveryMode;
import jakarta.jms.Destination;
import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Queue;
import jakarta.jms.QueueSender;
import jakarta.jms.Topic;
import jakarta.jms.TopicPublisher;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Sends messages (Jakarta Messaging 3.1 §7), to its own destination or to one named with each send. A send returns when
 * the message is stored with the durability that the broker is configured for.
 */
public final class SluiceProducer implements QueueSender, TopicPublisher {
    private static final int PRIORITY_MAX = 9;

    private final SluiceSession session;
    private final Optional<Addressed> own;
    private final OutgoingForm form;
    private final Placement placement;
    private boolean disableMessageId;
    private boolean disableTimestamp;
    private int deliveryMode = Message.DEFAULT_DELIVERY_MODE;
    private int priority = Message.DEFAULT_PRIORITY;
    private long timeToLive = Message.DEFAULT_TIME_TO_LIVE;
    private long deliveryDelay;
    private boolean closed;

    SluiceProducer(SluiceSession session, Optional<Addressed> own) {
        this.session = session;
        this.own = own;
        this.form = new OutgoingForm(session.connection().id());
        this.placement = new Placement.Together(session.orderingKey());
    }

    private void requireOpen() throws JMSException {
        session.requireOpen();
        if (closed) {
            throw new IllegalStateException("the producer is closed");
        }
    }

    // ---- settings ----

    /** A hint that is not taken (§3.4.3): ids come from the log and cost nothing. */
    @Override
    public void setDisableMessageID(boolean value) throws JMSException {
        requireOpen();
        disableMessageId = value;
    }

    @Override
    public boolean getDisableMessageID() throws JMSException {
        requireOpen();
        return disableMessageId;
    }

    @Override
    public void setDisableMessageTimestamp(boolean value) throws JMSException {
        requireOpen();
        disableTimestamp = value;
    }

    @Override
    public boolean getDisableMessageTimestamp() throws JMSException {
        requireOpen();
        return disableTimestamp;
    }

    @Override
    public void setDeliveryMode(int mode) throws JMSException {
        requireOpen();
        deliveryMode = checkedMode(mode);
    }

    static int checkedMode(int mode) throws JMSException {
        if (mode != DeliveryMode.PERSISTENT && mode != DeliveryMode.NON_PERSISTENT) {
            throw new JMSException("delivery mode %d is neither PERSISTENT nor NON_PERSISTENT".formatted(mode));
        }
        return mode;
    }

    @Override
    public int getDeliveryMode() throws JMSException {
        requireOpen();
        return deliveryMode;
    }

    @Override
    public void setPriority(int level) throws JMSException {
        requireOpen();
        priority = checkedPriority(level);
    }

    static int checkedPriority(int level) throws JMSException {
        if (level < 0 || level > PRIORITY_MAX) {
            throw new JMSException("priority %d is out of range; expected 0..%d".formatted(level, PRIORITY_MAX));
        }
        return level;
    }

    @Override
    public int getPriority() throws JMSException {
        requireOpen();
        return priority;
    }

    @Override
    public void setTimeToLive(long ms) throws JMSException {
        requireOpen();
        timeToLive = checkedTimeToLive(ms);
    }

    static long checkedTimeToLive(long ms) throws JMSException {
        if (ms < 0) {
            throw new JMSException("time to live %d ms is negative; expected 0 for no limit, or more".formatted(ms));
        }
        return ms;
    }

    @Override
    public long getTimeToLive() throws JMSException {
        requireOpen();
        return timeToLive;
    }

    /** @param ms 0.. from the send; how far away a delivery may be is the broker's to say when a message is sent */
    @Override
    public void setDeliveryDelay(long ms) throws JMSException {
        requireOpen();
        if (ms < 0) {
            throw new JMSException("delivery delay %d ms is negative; expected 0 for none, or more".formatted(ms));
        }
        deliveryDelay = ms;
    }

    @Override
    public long getDeliveryDelay() throws JMSException {
        requireOpen();
        return deliveryDelay;
    }

    @Override
    public Destination getDestination() throws JMSException {
        requireOpen();
        return own.orElse(null);
    }

    @Override
    public Queue getQueue() throws JMSException {
        requireOpen();
        return own.filter(Queue.class::isInstance).map(Queue.class::cast).orElse(null);
    }

    @Override
    public Topic getTopic() throws JMSException {
        requireOpen();
        return own.filter(Topic.class::isInstance).map(Topic.class::cast).orElse(null);
    }

    // ---- send ----

    @Override
    public void send(Message message) throws JMSException {
        sendToOwn(message, deliveryMode, priority, timeToLive, Optional.empty());
    }

    @Override
    public void send(Message message, int mode, int level, long ttl) throws JMSException {
        sendToOwn(message, mode, level, ttl, Optional.empty());
    }

    @Override
    public void send(Destination to, Message message) throws JMSException {
        sendTo(to, message, deliveryMode, priority, timeToLive, Optional.empty());
    }

    @Override
    public void send(Destination to, Message message, int mode, int level, long ttl) throws JMSException {
        sendTo(to, message, mode, level, ttl, Optional.empty());
    }

    @Override
    public void send(Queue to, Message message) throws JMSException {
        sendTo(to, message, deliveryMode, priority, timeToLive, Optional.empty());
    }

    @Override
    public void send(Queue to, Message message, int mode, int level, long ttl) throws JMSException {
        sendTo(to, message, mode, level, ttl, Optional.empty());
    }

    @Override
    public void publish(Message message) throws JMSException {
        sendToOwn(message, deliveryMode, priority, timeToLive, Optional.empty());
    }

    @Override
    public void publish(Message message, int mode, int level, long ttl) throws JMSException {
        sendToOwn(message, mode, level, ttl, Optional.empty());
    }

    @Override
    public void publish(Topic to, Message message) throws JMSException {
        sendTo(to, message, deliveryMode, priority, timeToLive, Optional.empty());
    }

    @Override
    public void publish(Topic to, Message message, int mode, int level, long ttl) throws JMSException {
        sendTo(to, message, mode, level, ttl, Optional.empty());
    }

    @Override
    public void send(Message message, CompletionListener listener) throws JMSException {
        sendToOwn(message, deliveryMode, priority, timeToLive, Optional.of(required(listener)));
    }

    @Override
    public void send(Message message, int mode, int level, long ttl, CompletionListener listener) throws JMSException {
        sendToOwn(message, mode, level, ttl, Optional.of(required(listener)));
    }

    @Override
    public void send(Destination to, Message message, CompletionListener listener) throws JMSException {
        sendTo(to, message, deliveryMode, priority, timeToLive, Optional.of(required(listener)));
    }

    @Override
    public void send(Destination to, Message message, int mode, int level, long ttl, CompletionListener listener)
            throws JMSException {
        sendTo(to, message, mode, level, ttl, Optional.of(required(listener)));
    }

    private static CompletionListener required(CompletionListener listener) {
        if (listener == null) {
            throw new IllegalArgumentException("the completion listener is null; use send without one to wait");
        }
        return listener;
    }

    private void sendToOwn(Message message, int mode, int level, long ttl, Optional<CompletionListener> listener)
            throws JMSException {
        requireOpen();
        Addressed to = own.orElseThrow(() -> new UnsupportedOperationException(
                "the producer was made without a destination; name one with each send"));
        send(to, message, mode, level, ttl, listener);
    }

    private void sendTo(
            Destination to, Message message, int mode, int level, long ttl, Optional<CompletionListener> listener)
            throws JMSException {
        requireOpen();
        if (own.isPresent()) {
            throw new UnsupportedOperationException(
                    "the producer was made for %s; use one made without a destination to name others"
                            .formatted(own.get().address()));
        }
        if (to == null) {
            throw new InvalidDestinationException("the destination is null");
        }
        send(SluiceSession.addressed(to), message, mode, level, ttl, listener);
    }

    private void send(
            Addressed to, Message message, int mode, int level, long ttl, Optional<CompletionListener> listener)
            throws JMSException {
        checkedMode(mode);
        checkedPriority(level);
        checkedTimeToLive(ttl);
        SluiceMessage ours = OtherProviders.taken(message);
        if (to.address().temporary()) {
            session.connection().temporaries().requireLive(to.address());
        }
        long now = System.currentTimeMillis();
        ours.setJMSDestination(to);
        ours.setJMSDeliveryMode(mode);
        ours.setJMSPriority(level);
        ours.setJMSExpiration(ttl == 0 ? 0 : saturatedSum(now, ttl));
        ours.setJMSTimestamp(disableTimestamp ? 0 : now);
        ours.setJMSDeliveryTime(saturatedSum(now, deliveryDelay));
        io.sluice.model.Message formed = form.of(ours, to.address());
        io.sluice.model.Message stored = deliveryDelay == 0 ? formed : formed.deliverAt(ours.getJMSDeliveryTime());
        Optional<Outbox> outbox = session.outbox();
        if (outbox.isPresent()) {
            sendWithCommit(outbox.get(), stored, ours, message, listener);
        } else if (listener.isPresent()) {
            sendLater(stored, ours, message, listener.get());
        } else {
            SendOutcome outcome = session.connection().calls().await(write(stored), "sending to " + to.address());
            ours.setJMSMessageID(idOf(outcome, ours));
            tellOriginal(ours, message);
        }
    }

    /** The message gets its id when it is committed: until then there is none. */
    private void sendWithCommit(
            Outbox transaction,
            io.sluice.model.Message stored,
            SluiceMessage ours,
            Message original,
            Optional<CompletionListener> listener)
            throws JMSException {
        if (listener.isPresent()) {
            session.lane().awaitRoomForSend();
        }
        ours.setJMSMessageID(null);
        transaction.send(stored, placementOf(stored), place -> {
            ours.setJMSMessageID("ID:" + place.messageId());
            tellOriginal(ours, original);
        });
        tellOriginal(ours, original);
        listener.ifPresent(told ->
                session.lane().whenSent(CompletableFuture.completedFuture(null), none -> told.onCompletion(original)));
    }

    private static long saturatedSum(long now, long ttl) {
        return ttl > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + ttl;
    }

    /** A port that throws instead of failing its stage counts as failed. */
    private CompletionStage<SendOutcome> write(io.sluice.model.Message stored) {
        try {
            return session.port().writer().send(stored, placementOf(stored));
        } catch (RuntimeException failed) {
            return CompletableFuture.failedFuture(failed);
        }
    }

    /** Messages of one group share a queue with those of the same sharding key from other doors. */
    private Placement placementOf(io.sluice.model.Message stored) {
        String group = stored.properties().get(PropertyNames.JMS_GROUP_ID);
        return group == null || group.isEmpty() ? placement : new Placement.ByShardingKey(group);
    }

    private void sendLater(
            io.sluice.model.Message stored, SluiceMessage ours, Message original, CompletionListener listener)
            throws JMSException {
        session.lane().awaitRoomForSend();
        CompletableFuture<SendOutcome> sent = write(stored)
                .toCompletableFuture()
                .copy()
                .orTimeout(session.connection().calls().timeout().toMillis(), TimeUnit.MILLISECONDS);
        session.lane().whenSent(sent, failure -> {
            try {
                if (failure != null) {
                    throw BrokerCalls.failure("sending to " + ours.getJMSDestination(), failure);
                }
                ours.setJMSMessageID(idOf(sent.join(), ours));
                tellOriginal(ours, original);
            } catch (JMSException failed) {
                listener.onException(original, failed);
                return;
            }
            listener.onCompletion(original);
        });
    }

    /**
     * The id of the stored message.
     *
     * @throws JMSException when it is not stored, or stored but not as safely as a persistent message must be
     */
    private static String idOf(SendOutcome outcome, SluiceMessage message) throws JMSException {
        String what = "sending to " + message.getJMSDestination();
        if (outcome instanceof SendOutcome.Refused refused) {
            throw BrokerCalls.refusal(what, refused.reason(), refused.remedy());
        }
        if (outcome instanceof SendOutcome.StoredWithDoubt doubt) {
            String id = "ID:" + doubt.stored().messageId();
            if (message.getJMSDeliveryMode() == DeliveryMode.PERSISTENT) {
                message.setJMSMessageID(id);
                throw new JMSException(
                        "%s: the message is stored as %s, but its durability is in doubt; sending it again may duplicate it"
                                .formatted(what, id),
                        doubt.doubt().name());
            }
            return id;
        }
        return "ID:" + ((SendOutcome.Stored) outcome).messageId();
    }

    /** §3.12: a message made by another provider gets its headers by its own setters. */
    private static void tellOriginal(SluiceMessage ours, Message original) throws JMSException {
        if (original != ours) {
            original.setJMSDestination(ours.getJMSDestination());
            original.setJMSDeliveryMode(ours.getJMSDeliveryMode());
            original.setJMSPriority(ours.getJMSPriority());
            original.setJMSExpiration(ours.getJMSExpiration());
            original.setJMSTimestamp(ours.getJMSTimestamp());
            original.setJMSDeliveryTime(ours.getJMSDeliveryTime());
            original.setJMSMessageID(ours.getJMSMessageID());
        }
    }

    /** Waits for sends whose completion listener is still to be called. */
    @Override
    public void close() throws JMSException {
        if (closed || session.lane().isClosed()) {
            return;
        }
        session.lane().awaitSends();
        closed = true;
    }
}
