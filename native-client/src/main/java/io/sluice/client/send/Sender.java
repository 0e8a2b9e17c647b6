package io.sluice.client.send;

import io.sluice.client.link.ClusterLink;
import io.sluice.client.route.RouteCache;
import io.sluice.client.route.TopicRoute;
import io.sluice.model.GroupName;
import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Sends messages of one producer group; any thread. Nothing blocks, except that a caller may choose to wait for room under
 * the bound of bytes under way. Stages complete on an event loop of the client.
 *
 * <p>Messages that one thread gives for one queue are stored in the order given. Those that meet on the way to one queue
 * share a frame; each has its own result.
 */
public final class Sender {
    /** How many topics have lanes; beyond that, those of topics with nothing under way are made anew when needed. */
    private static final int TOPICS_MAX = 10_000;

    private static final int EVICTION_SAMPLE = 64;

    private final ClusterLink link;
    private final RouteCache routes;
    private final SendConfig config;
    private final int freshQueues;
    private final Packing packing;
    private final InFlightBound bound;
    private final BrokerHealth health = new BrokerHealth(System::nanoTime);
    private final LaneOwner owner;
    private final ConcurrentMap<TopicName, TopicLanes> topics = new ConcurrentHashMap<>();
    private final ConcurrentMap<TopicName, QueueFinder> oneWayFinders = new ConcurrentHashMap<>();

    /**
     * @param freshQueues queues asked for when a send creates its topic
     * @param keys        makes the ids of messages that have none
     */
    public Sender(ClusterLink link, RouteCache routes, SendConfig config, int freshQueues, UniqueKeys keys) {
        this.link = link;
        this.routes = routes;
        this.config = config;
        this.freshQueues = freshQueues;
        this.packing = new Packing(config, keys);
        this.bound = new InFlightBound(config.inFlightBytes());
        this.owner = new LaneOwner(link, routes, config, new ParcelFrames(config, keys, freshQueues), bound, health);
    }

    public SendConfig config() {
        return config;
    }

    /** What to do when the bytes under way are at their bound. */
    public enum WhenFull {
        /** Wait on the calling thread, up to the send timeout. A thread of the client never waits. */
        WAIT,
        /** Fail at once. */
        REFUSE
    }

    /**
     * Stores one message. The stage fails with {@link SendFailedException}.
     *
     * @param timeout for the send with all its tries
     */
    public CompletionStage<Sent> send(Message message, QueueChoice choice, Duration timeout, WhenFull whenFull) {
        return send(message, choice, timeout, whenFull, Gate.OPEN);
    }

    /** As {@link #send(Message, QueueChoice, Duration, WhenFull)}; has its room among the bytes under way before it comes to the gate. */
    public CompletionStage<Sent> send(
            Message message, QueueChoice choice, Duration timeout, WhenFull whenFull, Gate gate) {
        QueueChoice steady = steady(message, choice);
        return submit(message, deadline -> packing.parcel(message, steady, deadline), timeout, whenFull, gate);
    }

    /** A message with an idempotency key goes to one queue, however often it is sent: its broker knows the key. */
    private static QueueChoice steady(Message message, QueueChoice choice) {
        String key = message.properties().get(PropertyNames.IDEMPOTENCY_KEY);
        return choice == QueueChoice.ANY && key != null ? new QueueChoice.ByKey(key) : choice;
    }

    /** Stores all messages of one topic in one queue, or none of them. */
    public CompletionStage<List<Sent>> sendBatch(
            List<Message> messages, QueueChoice choice, Duration timeout, WhenFull whenFull) {
        Outbound batch;
        try {
            batch = packing.packBatch(messages);
        } catch (SendFailedException refused) {
            return CompletableFuture.failedFuture(refused);
        }
        Message first = messages.get(0);
        return submit(first, deadline -> Parcel.alone(first, batch, choice, deadline), timeout, whenFull, Gate.OPEN)
                .thenApply(sent -> sent.all(batch.uniqueKeys()));
    }

    /** Sends without asking for an answer: the stage completes when the connection has taken the message. One try. */
    public CompletionStage<Void> sendOneWay(Message message, QueueChoice choice) {
        return sendOneWay(message, choice, Gate.OPEN);
    }

    /** As {@link #sendOneWay(Message, QueueChoice)}; has its room among the bytes under way before it comes to the gate. */
    public CompletionStage<Void> sendOneWay(Message message, QueueChoice choice, Gate gate) {
        Outbound outbound;
        try {
            outbound = packing.pack(message, Outbound.Redelivery.NONE);
        } catch (SendFailedException refused) {
            return CompletableFuture.failedFuture(refused);
        }
        int bytes = outbound.bytes();
        if (!bound.tryTake(bytes)) {
            return CompletableFuture.failedFuture(full());
        }
        CompletableFuture<Void> handedOver = new CompletableFuture<>();
        gate.pass(
                () -> handOver(message, choice, outbound).whenComplete((done, failure) -> {
                    if (failure == null) {
                        handedOver.complete(null);
                    } else {
                        handedOver.completeExceptionally(ClusterLink.causeOf(failure));
                    }
                }),
                handedOver::completeExceptionally);
        return handedOver.whenComplete((done, failure) -> bound.giveBack(bytes));
    }

    private CompletionStage<Void> handOver(Message message, QueueChoice choice, Outbound outbound) {
        return routes.forSending(outbound.topic()).thenCompose(found -> {
            TopicRoute route = found.orElseThrow(() -> QueueFinder.noSuchTopic(outbound.topic()));
            MessageQueue queue = oneWayFinder(outbound.topic()).find(route, steady(message, choice), health::isWell);
            return link.oneWay(
                    route.primary(queue.brokerName()).orElseThrow(), outbound.frameFor(config, queue, freshQueues));
        });
    }

    /** What is known of a message that was sent without asking for an answer. */
    public SendFailedException unanswered(Message message) {
        return new SendFailedException(
                Refusal.UNAVAILABLE,
                true,
                true,
                "a one-way send to topic %s has left; nobody learns whether it was stored".formatted(message.topic()));
    }

    /**
     * Puts a message that a consumer could not handle into the retry topic of its group, when the broker could not do so
     * itself.
     *
     * @param reconsumeTimes deliveries so far
     * @param maxTimes       after which the message goes to the dead-letter topic
     * @param delayLevel     pause before the next delivery
     */
    public CompletionStage<Sent> sendToRetryTopic(
            Message message, GroupName group, int reconsumeTimes, int maxTimes, int delayLevel) {
        Message again = message.withTopic(TopicName.retryOf(group))
                .withProperties(message.properties()
                        .with(PropertyNames.RETRY_TOPIC, message.topic().value())
                        .with(PropertyNames.DELAY_LEVEL, Integer.toString(delayLevel)));
        Outbound.Redelivery redelivery = new Outbound.Redelivery(reconsumeTimes, maxTimes);
        return submit(
                again,
                deadline -> Parcel.alone(again, packing.pack(again, redelivery), QueueChoice.ANY, deadline),
                config.timeout(),
                WhenFull.REFUSE,
                Gate.OPEN);
    }

    /** Bytes of sends under way now. */
    public int bytesInFlight() {
        return bound.bytesTaken();
    }

    @FunctionalInterface
    private interface Packed {
        /** @throws SendFailedException when the message breaks a rule */
        Parcel with(long deadlineNanos);
    }

    private CompletableFuture<Sent> submit(
            Message message, Packed packed, Duration timeout, WhenFull whenFull, Gate gate) {
        Parcel parcel;
        try {
            parcel = packed.with(System.nanoTime() + timeout.toNanos());
        } catch (SendFailedException refused) {
            return CompletableFuture.failedFuture(refused);
        }
        if (!makeRoom(parcel.bytes(), timeout, whenFull)) {
            return CompletableFuture.failedFuture(full());
        }
        gate.pass(() -> lanesOf(message.topic()).submit(parcel), refused -> {
            bound.giveBack(parcel.bytes());
            parcel.completeExceptionally(refused);
        });
        return parcel;
    }

    private boolean makeRoom(int bytes, Duration timeout, WhenFull whenFull) {
        return bound.tryTake(bytes)
                || whenFull == WhenFull.WAIT && !link.isOwnThread() && bound.take(bytes, timeout.toMillis());
    }

    private SendFailedException full() {
        return Packing.refused(
                Refusal.OVERLOADED,
                "%d bytes of sends are under way, the bound is %d; wait for some to complete, or raise inFlightBytes"
                        .formatted(bound.bytesTaken(), bound.bytesMax()));
    }

    private TopicLanes lanesOf(TopicName topic) {
        TopicLanes known = topics.get(topic);
        if (known != null) {
            return known;
        }
        if (topics.size() >= TOPICS_MAX) {
            forgetSome();
        }
        return topics.computeIfAbsent(topic, fresh -> new TopicLanes(fresh, owner));
    }

    /** What is forgotten while a send finds its way into it still sends it. */
    private void forgetSome() {
        List<TopicName> sample = new ArrayList<>();
        for (TopicName topic : topics.keySet()) {
            if (sample.size() == EVICTION_SAMPLE) {
                break;
            }
            sample.add(topic);
        }
        sample.forEach(topic -> topics.computeIfPresent(topic, (name, lanes) -> lanes.isIdle() ? null : lanes));
    }

    private QueueFinder oneWayFinder(TopicName topic) {
        if (oneWayFinders.size() >= TOPICS_MAX) {
            oneWayFinders.clear();
        }
        return oneWayFinders.computeIfAbsent(topic, QueueFinder::new);
    }

    /** A refusal that came before the message could be sent. */
    public static SendFailedException notSent(RefusedException refused) {
        SendFailedException notSent = Packing.refused(refused.reason(), refused.getMessage());
        notSent.initCause(refused);
        return notSent;
    }

    /** A refusal of the port that says the same as this failure. */
    public static RefusedException asRefusal(SendFailedException failure) {
        RefusedException refused = new RefusedException(failure.reason(), failure.getMessage());
        refused.initCause(failure);
        return refused;
    }
}
