package io.sluice.client.send;

import io.sluice.client.link.ClusterLink;
import io.sluice.client.route.RouteCache;
import io.sluice.client.route.TopicRoute;
import io.sluice.model.GroupName;
import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.PropertyNames;
import io.sluice.model.SluiceException;
import io.sluice.model.TopicName;
import io.sluice.port.Placement;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.wire.frame.Frame;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Sends messages of one producer group; any thread. Nothing blocks, except that a caller may choose to wait for room under
 * the bound of bytes under way. Stages complete on an event loop of the client.
 *
 * <p>Messages that one thread gives for one queue are sent in the order given, as long as no try fails.
 */
public final class Sender {
    /** How many topics have a turn of their own; a topic beyond that shares one. */
    private static final int PICKERS_MAX = 10_000;

    private final ClusterLink link;
    private final RouteCache routes;
    private final SendConfig config;
    private final int freshQueues;
    private final Packing packing;
    private final InFlightBound bound;
    private final BrokerHealth health = new BrokerHealth(System::nanoTime);
    private final Outlet outlet;
    private final ConcurrentMap<TopicName, QueuePicker> pickers = new ConcurrentHashMap<>();
    private final QueuePicker sharedPicker = new QueuePicker();

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
        this.outlet = (address, queue, message, timeout) ->
                link.call(address, message.frameFor(config, queue, freshQueues), timeout);
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
        return submit(() -> packing.pack(message, Outbound.Redelivery.NONE), choice, timeout, whenFull)
                .thenApply(sent -> sent.get(0));
    }

    /** Stores all messages of one topic in one queue, or none of them. */
    public CompletionStage<List<Sent>> sendBatch(
            List<Message> messages, QueueChoice choice, Duration timeout, WhenFull whenFull) {
        return submit(() -> packing.packBatch(messages), choice, timeout, whenFull);
    }

    /** Sends without asking for an answer: the stage completes when the connection has taken the message. One try. */
    public CompletionStage<Void> sendOneWay(Message message, QueueChoice choice) {
        Outbound outbound;
        try {
            outbound = packing.pack(message, Outbound.Redelivery.NONE);
        } catch (SendFailedException refused) {
            return CompletableFuture.failedFuture(refused);
        }
        if (!bound.tryTake(outbound.bytes())) {
            return CompletableFuture.failedFuture(full());
        }
        CompletionStage<Void> handedOver = routes.forSending(outbound.topic()).thenCompose(route -> {
            MessageQueue queue = queueFor(outbound, choice, route, "");
            String address = primaryOf(route, queue);
            return link.oneWay(address, outbound.frameFor(config, queue, freshQueues));
        });
        return handedOver.whenComplete((done, failure) -> bound.giveBack(outbound.bytes()));
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
        return submit(
                        () -> packing.pack(again, new Outbound.Redelivery(reconsumeTimes, maxTimes)),
                        QueueChoice.ANY,
                        config.timeout(),
                        WhenFull.REFUSE)
                .thenApply(sent -> sent.get(0));
    }

    /** Bytes of sends under way now. */
    public int bytesInFlight() {
        return bound.bytesTaken();
    }

    @FunctionalInterface
    private interface Packed {
        Outbound get();
    }

    private CompletionStage<List<Sent>> submit(Packed packed, QueueChoice choice, Duration timeout, WhenFull whenFull) {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        Outbound outbound;
        try {
            outbound = packed.get();
        } catch (SendFailedException refused) {
            return CompletableFuture.failedFuture(refused);
        }
        if (!makeRoom(outbound.bytes(), timeout, whenFull)) {
            return CompletableFuture.failedFuture(full());
        }
        Sending sending = new Sending(outbound, choice, deadlineNanos);
        sending.next();
        return sending.result.whenComplete((sent, failure) -> bound.giveBack(outbound.bytes()));
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

    private QueuePicker pickerOf(TopicName topic) {
        QueuePicker picker = pickers.get(topic);
        if (picker != null) {
            return picker;
        }
        return pickers.size() < PICKERS_MAX ? pickers.computeIfAbsent(topic, fresh -> new QueuePicker()) : sharedPicker;
    }

    /** @param lastBroker name of the broker of the try before, empty for the first */
    private MessageQueue queueFor(
            Outbound outbound, QueueChoice choice, Optional<TopicRoute> found, String lastBroker) {
        TopicRoute route = found.orElseThrow(() -> Packing.refused(
                Refusal.NO_SUCH_TOPIC,
                "topic %s does not exist and no broker creates topics that are sent to; create it first"
                        .formatted(outbound.topic())));
        List<MessageQueue> queues = route.writable();
        if (queues.isEmpty()) {
            throw Packing.refused(
                    Refusal.NOT_WRITABLE,
                    "topic %s has no queue to send to: it is read only, or the primaries of its brokers are away"
                            .formatted(outbound.topic()));
        }
        if (choice instanceof QueueChoice.Exactly exactly) {
            if (!queues.contains(exactly.queue())) {
                throw noSuchQueue(exactly.queue().toString(), route);
            }
            return exactly.queue();
        }
        if (choice instanceof QueueChoice.AtIndex at) {
            if (at.index() < 0 || at.index() >= queues.size()) {
                throw noSuchQueue(outbound.topic() + "/" + at.index(), route);
            }
            return queues.get(at.index());
        }
        if (choice instanceof QueueChoice.ByKey key) {
            return queues.get(Placement.queueFor(key.shardingKey(), queues.size()));
        }
        return pickerOf(outbound.topic())
                .next(queues, brokerName -> !brokerName.equals(lastBroker) && health.isWell(brokerName));
    }

    private SendFailedException noSuchQueue(String queue, TopicRoute route) {
        return Packing.refused(
                Refusal.NO_SUCH_QUEUE,
                "there is no queue %s; the topic has %d queues to send to"
                        .formatted(queue, route.writable().size()));
    }

    private static String primaryOf(Optional<TopicRoute> route, MessageQueue queue) {
        return route.flatMap(known -> known.primary(queue.brokerName()))
                .orElseThrow(() -> Packing.refused(
                        Refusal.UNAVAILABLE, "broker %s has no primary now".formatted(queue.brokerName())));
    }

    /**
     * One send with its tries. Steps never overlap: the next one begins when the last one's stage has completed, so the
     * fields need no lock.
     */
    private final class Sending {
        private final Outbound outbound;
        private final QueueChoice choice;
        private final long deadlineNanos;
        private final CompletableFuture<List<Sent>> result = new CompletableFuture<>();
        private final RetryRule rule;
        private MessageQueue queue;
        private String lastBroker = "";
        private boolean routeIsFresh;

        Sending(Outbound outbound, QueueChoice choice, long deadlineNanos) {
            this.outbound = outbound;
            this.choice = choice;
            this.deadlineNanos = deadlineNanos;
            this.rule = new RetryRule(choice instanceof QueueChoice.Any ? config.retries() : 0);
        }

        void next() {
            routes.forSending(outbound.topic()).whenComplete((route, failure) -> {
                if (failure != null) {
                    fail(Refusal.UNAVAILABLE, ClusterLink.causeOf(failure).getMessage());
                } else {
                    sendTo(route);
                }
            });
        }

        private void sendTo(Optional<TopicRoute> route) {
            long leftNanos = deadlineNanos - System.nanoTime();
            if (leftNanos <= 0) {
                fail(Refusal.UNAVAILABLE, "no answer within the send timeout");
                return;
            }
            String address;
            try {
                queue = queueFor(outbound, choice, route, lastBroker);
                address = primaryOf(route, queue);
            } catch (SendFailedException refused) {
                askAgainOrFail(refused);
                return;
            }
            outlet.send(address, queue, outbound, Duration.ofNanos(leftNanos)).whenComplete((answer, failure) -> {
                if (failure != null) {
                    decide(rule.afterSilence(ClusterLink.causeOf(failure), address));
                } else {
                    health.answered(queue.brokerName());
                    take(answer, address);
                }
            });
        }

        /** The route may be out of date: queues are added, and brokers come and go. Asked anew once per send. */
        private void askAgainOrFail(SendFailedException refused) {
            if (routeIsFresh) {
                fail(refused.reason(), refused.getMessage());
                return;
            }
            routeIsFresh = true;
            routes.refresh(outbound.topic()).whenComplete((route, failure) -> next());
        }

        private void take(Frame answer, String address) {
            Optional<List<Sent>> stored;
            try {
                stored = StoredAnswer.read(answer, queue, outbound);
            } catch (SluiceException | IllegalArgumentException damaged) {
                decide(rule.afterDamagedAnswer(damaged, address));
                return;
            }
            stored.ifPresentOrElse(this::succeed, () -> decide(rule.afterAnswer(answer, address)));
        }

        private void succeed(List<Sent> sent) {
            routes.storedIn(outbound.topic());
            result.complete(sent);
        }

        private void decide(RetryRule.Decision decision) {
            if (decision.brokerIsAway()) {
                health.failed(queue.brokerName());
            }
            if (decision.routeIsSuspect()) {
                routes.suspect(outbound.topic());
            }
            boolean timeLeft =
                    deadlineNanos - System.nanoTime() > decision.pause().toNanos();
            if (!decision.again() || !timeLeft) {
                fail(decision.reason(), decision.sentence());
                return;
            }
            lastBroker = queue.brokerName();
            if (decision.pause().isZero()) {
                next();
            } else {
                link.clock().after(decision.pause(), this::next);
            }
        }

        private void fail(Refusal reason, String sentence) {
            result.completeExceptionally(new SendFailedException(
                    reason,
                    rule.mayBeStored(),
                    "message for topic %s not %s: %s"
                            .formatted(
                                    outbound.topic(),
                                    rule.mayBeStored() ? "acknowledged, it may be stored" : "stored",
                                    sentence)));
        }
    }

    /** A refusal of the port that says the same as this failure. */
    public static RefusedException asRefusal(SendFailedException failure) {
        RefusedException refused = new RefusedException(failure.reason(), failure.getMessage());
        refused.initCause(failure);
        return refused;
    }
}
