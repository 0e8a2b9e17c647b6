package io.sluice.client.consume;

import io.sluice.client.link.ClientClock;
import io.sluice.client.link.ClusterLink;
import io.sluice.client.link.Listening;
import io.sluice.client.link.Waiting;
import io.sluice.client.offset.LocalOffsets;
import io.sluice.client.offset.OffsetHome;
import io.sluice.client.presence.Heartbeats;
import io.sluice.client.presence.Presence;
import io.sluice.client.read.Pulls;
import io.sluice.client.read.QueueLocator;
import io.sluice.client.read.QueueOffsets;
import io.sluice.client.rebalance.Allocation;
import io.sluice.client.rebalance.Rebalance;
import io.sluice.client.route.RouteCache;
import io.sluice.client.send.Sender;
import io.sluice.model.FilterExpression;
import io.sluice.model.MessageQueue;
import io.sluice.model.SluiceException;
import io.sluice.model.TopicName;
import io.sluice.wire.body.LockRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One group's push consumption in this client: takes and gives up queues as the rebalance says, reads them, and delivers.
 * Which queues are read is owned by the client's clock; the rest says for itself.
 */
public final class PushConsumption implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PushConsumption.class);
    private static final int OVERDUE_PER_ROUND = 16;
    private static final Duration OVERDUE_CHECK = Duration.ofMinutes(1);
    private static final Duration RELEASE_PATIENCE = Duration.ofSeconds(20);
    private static final Duration TAKEN_PAUSE = Duration.ofMillis(200);
    private static final Duration FAREWELL = Duration.ofSeconds(3);
    private static final Duration LOOK_FOR_EVERY = Duration.ofSeconds(1);
    /** Later it is found when the routes are refreshed. */
    private static final int LOOKS_MAX = 120;

    private final ConsumeConfig config;
    private final ClusterLink link;
    private final RouteCache routes;
    private final Heartbeats heartbeats;
    private final Pulls pulls;
    private final OffsetKeeping offsets;
    private final Rebalance rebalance;
    private final Presence.OfConsumer presence;
    private final Workers workers;
    private final Delivery delivery;
    private final QueueLocks locks;
    private final HandOver handOver;
    /** Whether no pull begins. */
    private volatile boolean paused;

    private final List<ClientClock.Planned> periodic = new ArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Queues that are read, and those being taken (value not there yet). Written on the clock only. */
    private final Map<MessageQueue, QueueReading> readings = new ConcurrentHashMap<>();
    /** Queues that were asked for and are not read yet. Owned by the clock. */
    private final Set<MessageQueue> taking = new HashSet<>();
    /** Queues given up whose last message is still with the listener. Owned by the clock. */
    private final Set<MessageQueue> leaving = new HashSet<>();
    /** Brokers that were read from, have gone, and are looked for: their topics. Owned by the clock. */
    private final Map<String, Set<TopicName>> missing = new HashMap<>();
    /** Brokers that have said that they are about to go; not asked before the next look. Owned by the clock. */
    private final Set<String> farewells = new HashSet<>();
    /** Set when reading begins. Owned by the clock. */
    private Listening resets = () -> {};
    /** Until when the lock of a queue counts, nanoseconds. */
    private final Map<MessageQueue, Long> lockedUntil = new ConcurrentHashMap<>();

    /**
     * @param messagesPerCall  of the listener, at most; 1 in ordered consumption
     * @param offsetsDirectory where the offsets of a broadcasting group are kept, if anywhere
     */
    public PushConsumption(
            ConsumeConfig config,
            BatchListener listener,
            int messagesPerCall,
            Allocation allocation,
            Optional<Path> offsetsDirectory,
            ClusterLink link,
            RouteCache routes,
            Heartbeats heartbeats,
            Sender sender) {
        this.config = config;
        this.link = link;
        this.routes = routes;
        this.heartbeats = heartbeats;
        QueueLocator locator = new QueueLocator(routes);
        this.pulls = new Pulls(link, locator);
        this.offsets = new OffsetKeeping(
                new QueueOffsets(link, locator), config.startAt(), home(locator, offsetsDirectory), link.clock());
        this.workers = new Workers(config.group(), config.threads());
        this.locks = new QueueLocks(link, routes, config.group().value());
        this.handOver = new HandOver(
                new QueueLocks(link, routes, LockRequest.HAND_OVER + config.group()),
                link.clock(),
                config.isClustering() ? config.handOverTimeout() : Duration.ZERO);
        SendBack sendBack = new SendBack(link, routes, sender, config.group(), config.retriesMax());
        ListenerCall call = new ListenerCall(config.group(), listener, messagesPerCall);
        this.delivery = config.isOrdered()
                ? new OrderedDelivery(config, call, sendBack, workers, link.clock(), this::isLocked)
                : new ConcurrentDelivery(config, call, sendBack, workers, link.clock());
        Map<TopicName, FilterExpression> wanted = new HashMap<>(config.subscriptions());
        if (config.isClustering()) {
            wanted.put(TopicName.retryOf(config.group()), FilterExpression.ALL);
        }
        this.presence = new Presence.OfConsumer(
                config.group(), Presence.Kind.PUSH, config.model(), wanted, System.currentTimeMillis());
        this.rebalance = new Rebalance(
                link,
                routes,
                heartbeats,
                config.group(),
                wanted.keySet(),
                config.isClustering() ? new Rebalance.Sharing.Among(allocation) : new Rebalance.Sharing.Everything(),
                this::shareIs);
    }

    private OffsetHome home(QueueLocator locator, Optional<Path> directory) {
        return config.isClustering()
                ? OffsetHome.atBrokers(config.group(), new QueueOffsets(link, locator))
                : directory
                        .<OffsetHome>map(place -> LocalOffsets.open(place, config.group()))
                        .orElse(OffsetHome.NOWHERE);
    }

    /** Begins to consume; completes when the brokers have been told, or could not be reached yet. */
    public CompletionStage<Void> start() {
        heartbeats.join(presence);
        List<CompletableFuture<?>> asked = new ArrayList<>();
        for (TopicName topic : presence.subscriptions().keySet()) {
            asked.add(routes.find(topic).exceptionally(failure -> null).toCompletableFuture());
        }
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                .thenCompose(found -> heartbeats.beat())
                .thenRun(this::startPeriodicWork);
    }

    private void startPeriodicWork() {
        link.clock().execute(() -> {
            if (closed.get()) {
                return;
            }
            ClientClock clock = link.clock();
            rebalance.start();
            resets = link.onReset((group, next) -> clock.execute(() -> reset(group, next)));
            periodic.add(clock.every(config.commitEvery(), config.commitEvery(), this::storeOffsets));
            if (delivery instanceof ConcurrentDelivery concurrent) {
                Duration check =
                        config.consumeTimeout().compareTo(OVERDUE_CHECK) < 0 ? config.consumeTimeout() : OVERDUE_CHECK;
                periodic.add(clock.every(check, check, () -> readings.values()
                        .forEach(reading -> concurrent.giveBackOverdue(reading, OVERDUE_PER_ROUND))));
            } else if (config.isClustering()) {
                periodic.add(clock.every(config.lockRenewal(), config.lockRenewal(), this::renewLocks));
            }
            periodic.add(clock.every(HandOver.RENEWAL, HandOver.RENEWAL, () -> handOver.renew(readings.keySet())));
        });
    }

    /** Queues that are read now. */
    public Set<MessageQueue> assignment() {
        return Set.copyOf(readings.keySet());
    }

    /** No further pull until {@link #resume}. */
    public void pause() {
        paused = true;
    }

    public void resume() {
        paused = false;
        readings.values().forEach(QueueReading::goOn);
    }

    // ---- on the clock: which queues are read ----

    private void shareIs(TopicName topic, Set<MessageQueue> queues) {
        if (closed.get()) {
            return;
        }
        for (MessageQueue queue : List.copyOf(readings.keySet())) {
            if (queue.topic().equals(topic) && !queues.contains(queue)) {
                giveUp(queue);
                if (isGone(queue)) {
                    lookFor(queue);
                }
            }
        }
        taking.removeIf(queue -> queue.topic().equals(topic) && !queues.contains(queue));
        for (MessageQueue queue : queues) {
            boolean isFree =
                    !readings.containsKey(queue) && !leaving.contains(queue) && !farewells.contains(queue.brokerName());
            if (isFree && taking.add(queue)) {
                take(queue);
            }
        }
    }

    private boolean isGone(MessageQueue queue) {
        return routes.known(queue.topic())
                .filter(route -> route.brokers().containsKey(queue.brokerName()))
                .isEmpty();
    }

    /** The broker is about to go: what is in hand is ended there while it waits for that. */
    private void brokerLeaves(QueueReading reading) {
        MessageQueue queue = reading.queue();
        if (!closed.get() && readings.get(queue) == reading) {
            farewells.add(queue.brokerName());
            giveUp(queue);
            lookFor(queue);
        }
    }

    /** Asks for the route again and again until the broker is back, which the name servers tell nobody. */
    private void lookFor(MessageQueue queue) {
        Set<TopicName> topics = missing.get(queue.brokerName());
        if (topics != null) {
            topics.add(queue.topic());
            return;
        }
        missing.put(queue.brokerName(), new HashSet<>(Set.of(queue.topic())));
        link.clock().after(LOOK_FOR_EVERY, () -> lookFor(queue.brokerName(), LOOKS_MAX));
    }

    private void lookFor(String broker, int looksLeft) {
        farewells.remove(broker);
        boolean isBack =
                readings.keySet().stream().anyMatch(queue -> queue.brokerName().equals(broker));
        if (closed.get() || isBack || looksLeft == 0) {
            missing.remove(broker);
            return;
        }
        missing.get(broker).forEach(topic -> routes.recent(topic).whenComplete((route, failure) -> rebalance.soon()));
        link.clock().after(LOOK_FOR_EVERY, () -> lookFor(broker, looksLeft - 1));
    }

    private void take(MessageQueue queue) {
        locked(queue)
                .thenCompose(locked -> handOver.take(queue))
                .thenCompose(free -> offsets.start(queue))
                .whenCompleteAsync(
                        (offset, failure) -> {
                            if (!taking.remove(queue) || closed.get()) {
                                letGo(queue);
                                return;
                            }
                            if (failure != null) {
                                log.debug("queue {} is taken later: {}", queue, failure.toString());
                                boolean locked = ClusterLink.causeOf(failure) instanceof QueueTakenException;
                                link.clock().after(locked ? TAKEN_PAUSE : Duration.ofSeconds(1), rebalance::soon);
                                return;
                            }
                            read(queue, offset);
                        },
                        link.clock());
    }

    /** A queue that was asked for and is not wanted any more. */
    private void letGo(MessageQueue queue) {
        if (!readings.containsKey(queue) && !leaving.contains(queue)) {
            handOver.give(queue);
            if (lockedUntil.remove(queue) != null) {
                locks.unlock(queue);
            }
        }
    }

    /** Completes when the queue is locked for this member, if it must be; fails when another member holds it. */
    private CompletionStage<Void> locked(MessageQueue queue) {
        if (!config.isOrdered() || !config.isClustering()) {
            return CompletableFuture.completedFuture(null);
        }
        return locks.lock(queue.brokerName(), Set.of(queue)).thenAccept(granted -> {
            if (!granted.contains(queue)) {
                throw new QueueTakenException(queue);
            }
            lockedUntil.put(queue, System.nanoTime() + config.lockValid().toNanos());
        });
    }

    private void read(MessageQueue queue, long offset) {
        log.info("group {} reads {} from {}", config.group(), queue, offset);
        QueueReading reading = new QueueReading(
                queue,
                offset,
                config,
                pulls,
                link.clock(),
                this::bytesPerQueue,
                () -> paused,
                presence.sinceMs(),
                new Reactions());
        readings.put(queue, reading);
        reading.start();
    }

    /** An administrator wants the group elsewhere, and the broker says so because this member did not pull. */
    private void reset(String group, Map<MessageQueue, Long> next) {
        if (!group.equals(config.group().value())) {
            return;
        }
        next.forEach((queue, offset) -> {
            QueueReading reading = readings.get(queue);
            if (reading != null) {
                log.info("group {} is sent to {} of {}", config.group(), offset, queue);
                reading.moveTo(offset);
            }
        });
    }

    private long bytesPerQueue() {
        return Math.max(ConsumeConfig.QUEUE_BYTES_MIN, config.bufferBytes() / Math.max(1, readings.size()));
    }

    /** Stops reading; what is with the listener may end, and in ordered consumption the lock waits for it. */
    private void giveUp(MessageQueue queue) {
        QueueReading reading = readings.remove(queue);
        if (reading == null) {
            return;
        }
        log.info("group {} gives up {}", config.group(), queue);
        reading.stop();
        QueueBuffer buffer = reading.buffer();
        leaving.add(queue);
        CompletableFuture<Void> idle = delivery.release(reading)
                .toCompletableFuture()
                .copy()
                .orTimeout(RELEASE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        idle.handle((done, late) -> null)
                .thenComposeAsync(
                        done -> {
                            buffer.drop();
                            return offsets.store(queue, buffer.settledTo());
                        },
                        link.clock())
                .whenCompleteAsync(
                        (done, failure) -> {
                            offsets.forget(queue);
                            leaving.remove(queue);
                            handOver.give(queue);
                            if (lockedUntil.remove(queue) != null) {
                                locks.unlock(queue);
                            }
                            rebalance.soon();
                        },
                        link.clock());
    }

    private CompletionStage<Void> storeAtLast(List<QueueReading> ended) {
        List<CompletableFuture<?>> stored = new ArrayList<>();
        for (QueueReading reading : ended) {
            QueueBuffer buffer = reading.buffer();
            buffer.drop();
            stored.add(offsets.store(reading.queue(), buffer.settledTo()).toCompletableFuture());
        }
        return CompletableFuture.allOf(stored.toArray(CompletableFuture[]::new));
    }

    private void storeOffsets() {
        readings.forEach(
                (queue, reading) -> offsets.store(queue, reading.buffer().settledTo()));
    }

    // ---- locks of ordered consumption ----

    private boolean isLocked(QueueReading reading) {
        if (!config.isClustering()) {
            return true;
        }
        Long until = lockedUntil.get(reading.queue());
        return until != null && System.nanoTime() - until < 0;
    }

    private void renewLocks() {
        Map<String, List<MessageQueue>> byBroker =
                readings.keySet().stream().collect(Collectors.groupingBy(MessageQueue::brokerName));
        byBroker.forEach((broker, queues) -> locks.lock(broker, queues)
                .whenCompleteAsync(
                        (granted, failure) -> {
                            if (failure != null) {
                                log.debug("locks at {} were not renewed: {}", broker, failure.toString());
                            } else {
                                queues.forEach(queue -> renewed(queue, granted.contains(queue)));
                            }
                        },
                        link.clock()));
    }

    /** A lock that was lost means that another member may have gone on: the queue is read anew from the stored offset. */
    private void renewed(MessageQueue queue, boolean granted) {
        if (granted && readings.containsKey(queue)) {
            lockedUntil.put(queue, System.nanoTime() + config.lockValid().toNanos());
        } else if (!granted) {
            log.warn("group {} has lost the lock of {} and stops reading it", config.group(), queue);
            lockedUntil.remove(queue);
            QueueReading reading = readings.remove(queue);
            if (reading != null) {
                reading.stop();
                reading.buffer().drop();
                delivery.release(reading);
                offsets.forget(queue);
                handOver.give(queue);
            }
            rebalance.soon();
        }
    }

    // ---- end ----

    /**
     * Stops reading, waits for calls of the listener that are under way, stores the offsets, and leaves the group. Blocks
     * up to the close timeout of the configuration and a few seconds more; twice is harmless.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        rebalance.close();
        link.clock().execute(() -> resets.end());
        periodic.forEach(ClientClock.Planned::cancel);
        List<QueueReading> open = List.copyOf(readings.values());
        List<CompletableFuture<?>> released = new ArrayList<>();
        for (QueueReading reading : open) {
            reading.stop();
            released.add(delivery.release(reading).toCompletableFuture());
        }
        if (!Waiting.upTo(
                config.closeTimeout(),
                CompletableFuture.allOf(released.toArray(CompletableFuture[]::new))
                        .thenCompose(done -> delivery.finish()))) {
            log.warn(
                    "group {} closes while messages are with the listener for more than {} ms; they will be delivered again",
                    config.group(),
                    config.closeTimeout().toMillis());
        }
        workers.close(FAREWELL);
        Waiting.upTo(
                FAREWELL,
                CompletableFuture.supplyAsync(() -> storeAtLast(open), link.clock())
                        .thenCompose(stored -> stored));
        lockedUntil.keySet().forEach(locks::unlock);
        readings.keySet().forEach(handOver::give);
        Waiting.upTo(FAREWELL, heartbeats.leave(presence));
        readings.clear();
        offsets.close();
    }

    /** What becomes of the answers to pulls. */
    private final class Reactions implements QueueReading.Arrivals {
        @Override
        public void arrived(QueueReading reading, QueueBuffer into, List<ReceivedMessage> arrivals) {
            delivery.deliver(reading, into, arrivals);
        }

        @Override
        public void moved(QueueReading reading, QueueBuffer into) {
            long from = into.settledTo();
            link.clock().execute(() -> offsets.store(reading.queue(), from));
        }

        @Override
        public void failed(QueueReading reading, Throwable cause) {
            routes.suspect(reading.queue().topic());
        }

        @Override
        public void brokerLeaves(QueueReading reading) {
            link.clock().execute(() -> PushConsumption.this.brokerLeaves(reading));
        }
    }

    /** Another member of the group reads the queue at the moment. */
    private static final class QueueTakenException extends SluiceException {
        private static final long serialVersionUID = 1L;

        QueueTakenException(MessageQueue queue) {
            super("queue %s is locked by another member of the group".formatted(queue));
        }
    }
}
