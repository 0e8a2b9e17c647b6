package io.sluice.client.send;

import io.sluice.client.link.ClusterLink;
import io.sluice.client.route.TopicRoute;
import io.sluice.model.MessageQueue;
import io.sluice.model.SluiceException;
import io.sluice.port.Refusal;
import io.sluice.wire.frame.Frame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What one sender has under way to one queue. One frame at a time: what comes meanwhile waits and then travels together.
 * So a frame that has to be sent again is never overtaken, and order holds through retries.
 *
 * <p>Any thread may {@link #put}; everything else is the owner's. A lane is asleep when it has nothing; the first parcel
 * wakes it.
 */
final class Lane {
    /** Before a queue that has left the route is looked for again; twice as long each time, up to the longest. */
    private static final Duration QUEUE_AWAY_PAUSE = Duration.ofMillis(100);

    private static final Duration QUEUE_AWAY_LONGEST = Duration.ofSeconds(1);

    private static final String CLOSED = "the client is closed";

    private final MessageQueue queue;
    private final TopicLanes topic;
    private final LaneOwner owner;
    private final Inbox inbox = new Inbox();
    private final AtomicBoolean awake = new AtomicBoolean();
    private final Runnable wakeUp = this::wakeUp;
    /** Whether a frame is under way: what is put now waits for its answer. Written by the owner. */
    private volatile boolean away;

    // Owned by the owner's event loop:

    private final ParcelLine line = new ParcelLine();
    /** The messages of the frame under way. */
    private List<Parcel> load = List.of();
    /** Whether something is awaited: a turn, an answer, the end of a pause, a route. */
    private boolean busy;
    /** When the frame under way left. */
    private long leftNanos;
    /** The next pause while the queue is not in the route. */
    private Duration queueAwayPause = QUEUE_AWAY_PAUSE;
    /** By which the lane's messages belong here. */
    private TopicRoute placedBy;

    Lane(MessageQueue queue, TopicRoute placedBy, TopicLanes topic, LaneOwner owner) {
        this.placedBy = placedBy;
        this.queue = queue;
        this.topic = topic;
        this.owner = owner;
    }

    MessageQueue queue() {
        return queue;
    }

    boolean isAway() {
        return away;
    }

    /** Whether nothing is here. */
    boolean isAsleep() {
        return !awake.get() && inbox.isEmpty();
    }

    /** Any thread. Parcels of one thread are sent in the order put. */
    void put(Parcel parcel) {
        inbox.put(parcel);
        if (!awake.get() && awake.compareAndSet(false, true) && !owner.soon(wakeUp)) {
            refuseAll();
        }
    }

    /** Any thread. There is enough for a frame: no use in lingering. */
    void hurry() {
        owner.later(wakeUp);
    }

    /** The event loop has ended: nothing is ever sent again. */
    private synchronized void refuseAll() {
        do {
            inbox.takeInto(line);
            failAll(Refusal.UNAVAILABLE, CLOSED);
            awake.set(false);
        } while (!inbox.isEmpty() && awake.compareAndSet(false, true));
    }

    // On the event loop.

    private void wakeUp() {
        owner.woke(this);
        step();
    }

    private void step() {
        while (!busy) {
            inbox.takeInto(line);
            if (!line.isEmpty()) {
                busy = true;
                owner.windowOf(queue.brokerName()).enter(this);
                return;
            }
            owner.fellAsleep(this);
            awake.set(false);
            if (inbox.isEmpty() || !awake.compareAndSet(false, true)) {
                return;
            }
            owner.woke(this);
        }
    }

    private void goOn() {
        busy = false;
        step();
    }

    /** The lane's turn; whether a frame is under way now. */
    boolean send() {
        CompletableFuture<Optional<TopicRoute>> asked =
                owner.routes().forSending(queue.topic()).toCompletableFuture();
        if (!asked.isDone()) {
            // Later, not from inside the answer: the route counts when all who wait for it have been answered.
            asked.whenComplete((found, failure) -> owner.later(() -> answeredWhere(asked)));
            return false;
        }
        if (asked.isCompletedExceptionally()) {
            failAll(Refusal.UNAVAILABLE, reasonOf(asked));
            goOn();
            return false;
        }
        Optional<TopicRoute> route = asked.join();
        if (route.isEmpty() || !route.get().writable().contains(queue)) {
            leaveQueue();
            return false;
        }
        return send(route.get());
    }

    /** Where no route is to be found, asking once more at once would be asking without end. */
    private void answeredWhere(CompletableFuture<Optional<TopicRoute>> asked) {
        if (asked.isCompletedExceptionally()) {
            line.putBack(takeAll());
            awaitQueue();
        } else if (asked.join().isEmpty()) {
            leaveQueue();
        } else {
            goOn();
        }
    }

    private void leaveQueue() {
        inbox.takeInto(line);
        topic.redirect(takeFree());
        awaitQueue();
    }

    private boolean send(TopicRoute route) {
        queueAwayPause = QUEUE_AWAY_PAUSE;
        inbox.takeInto(line);
        checkPlaces(route);
        load = owner.frames().collect(line, System.nanoTime(), this::expire);
        if (load.isEmpty()) {
            goOn();
            return false;
        }
        leave(route.primary(queue.brokerName()).orElseThrow());
        return true;
    }

    /** What is left waits for the queue to come back, until its time is over: it can go nowhere else, or nobody says where. */
    private void awaitQueue() {
        if (owner.isClosed()) {
            failAll(Refusal.UNAVAILABLE, CLOSED);
        }
        if (line.isEmpty()) {
            goOn();
        } else {
            owner.routes().suspect(queue.topic());
            Duration pause = queueAwayPause;
            Duration doubled = pause.multipliedBy(2);
            queueAwayPause = doubled.compareTo(QUEUE_AWAY_LONGEST) < 0 ? doubled : QUEUE_AWAY_LONGEST;
            owner.after(pause, this::goOn);
        }
    }

    /** With other queues a message may belong to another one. */
    private void checkPlaces(TopicRoute route) {
        TopicRoute before = placedBy;
        if (before == route) {
            return;
        }
        placedBy = route;
        topic.use(route);
        if (!before.writable().equals(route.writable())) {
            takeFree().forEach(topic::submit);
            inbox.takeInto(line);
        }
    }

    private void leave(String address) {
        long longestNanos = 0;
        long now = System.nanoTime();
        for (Parcel parcel : load) {
            longestNanos = Math.max(longestNanos, parcel.deadlineNanos() - now);
        }
        away = true;
        leftNanos = now;
        topic.left(this);
        CompletionStage<Frame> asked = call(address, Duration.ofNanos(Math.max(1, longestNanos)));
        if (asked.toCompletableFuture().isDone()) {
            // Not from inside the window that has just let this lane in.
            asked.whenComplete((answer, failure) -> owner.later(() -> answered(answer, failure, address)));
        } else {
            asked.whenComplete((answer, failure) -> owner.run(() -> answered(answer, failure, address)));
        }
    }

    /** Whatever goes wrong is the failure of these messages, not that of the lane. */
    private CompletionStage<Frame> call(String address, Duration timeout) {
        try {
            return owner.call(address, queue, load, timeout);
        } catch (RuntimeException | OutOfMemoryError unexpected) {
            return CompletableFuture.failedFuture(unexpected);
        }
    }

    private void answered(Frame answer, Throwable failure, String address) {
        List<Parcel> messages = load;
        load = List.of();
        away = false;
        if (failure != null) {
            failed(messages, FailedTry.of(ClusterLink.causeOf(failure)));
        } else {
            owner.health().answered(queue.brokerName(), System.nanoTime() - leftNanos);
            take(messages, answer, address);
        }
        owner.windowOf(queue.brokerName()).leave();
    }

    private void take(List<Parcel> messages, Frame answer, String address) {
        Optional<StoredAnswer> stored;
        try {
            stored = owner.frames().read(answer, queue, messages);
        } catch (SluiceException | IllegalArgumentException damaged) {
            failed(messages, FailedTry.unreadable(damaged, address));
            return;
        }
        if (stored.isEmpty()) {
            failed(messages, FailedTry.of(answer, address));
            return;
        }
        owner.routes().storedIn(queue.topic(), queue.brokerName());
        owner.succeed(messages, stored.get());
        goOn();
    }

    private void failed(List<Parcel> messages, FailedTry failed) {
        owner.note(queue, failed);
        if (failed.kind() == FailedTry.Kind.REFUSED && messages.size() > 1) {
            // The reason may be that of one of them: each gets an answer of its own.
            messages.forEach(Parcel::keepApart);
            line.putBack(unsettled(messages));
            goOn();
            return;
        }
        if (failed.kind() == FailedTry.Kind.REFUSED && failed.reason() == Refusal.NO_SUCH_QUEUE) {
            // The route was that of a topic that had other queues, or of one that was to be created with these.
            List<Parcel> free = new ArrayList<>();
            for (Parcel parcel : unsettled(messages)) {
                if (parcel.isBound()) {
                    owner.fail(parcel, failed.reason(), failed.sentence());
                } else {
                    free.add(parcel);
                }
            }
            topic.redirect(free, failed.sentence());
            goOn();
            return;
        }
        List<Parcel> here = new ArrayList<>();
        List<Parcel> elsewhere = new ArrayList<>();
        Duration pause = sortByNextTry(unsettled(messages), failed, here, elsewhere);
        line.putBack(here);
        if (failed.brokerIsAway() && topic.hasOtherBroker(queue.brokerName())) {
            moveAway(elsewhere);
        }
        Runnable next = () -> {
            topic.sendElsewhere(elsewhere, queue.brokerName());
            goOn();
        };
        if (pause.isZero()) {
            next.run();
        } else {
            owner.after(pause, next);
        }
    }

    /** Fails those that have no further try; answers how long the others wait. */
    private Duration sortByNextTry(List<Parcel> messages, FailedTry failed, List<Parcel> here, List<Parcel> elsewhere) {
        long now = System.nanoTime();
        Duration longest = Duration.ZERO;
        for (Parcel parcel : messages) {
            RetryRule rule = parcel.tries(owner.config().retries());
            boolean again = rule.again(failed);
            Duration pause = again ? rule.pause() : Duration.ZERO;
            if (!again || parcel.deadlineNanos() - now <= pause.toNanos()) {
                owner.fail(parcel, failed.reason(), failed.sentence());
                continue;
            }
            longest = pause.compareTo(longest) > 0 ? pause : longest;
            (parcel.choice() == QueueChoice.ANY ? elsewhere : here).add(parcel);
        }
        return longest;
    }

    /** What may go anywhere does not wait for a broker that is away. */
    private void moveAway(List<Parcel> elsewhere) {
        inbox.takeInto(line);
        List<Parcel> staying = new ArrayList<>();
        for (Parcel parcel : takeAll()) {
            (parcel.choice() == QueueChoice.ANY ? elsewhere : staying).add(parcel);
        }
        line.putBack(staying);
    }

    /** All but those that are bound to this queue. */
    private List<Parcel> takeFree() {
        List<Parcel> free = new ArrayList<>();
        List<Parcel> bound = new ArrayList<>();
        takeAll().forEach(parcel -> (parcel.isBound() ? bound : free).add(parcel));
        line.putBack(bound);
        return free;
    }

    private List<Parcel> takeAll() {
        List<Parcel> all = new ArrayList<>();
        while (!line.isEmpty()) {
            Parcel parcel = line.remove();
            if (!parcel.isSettled()) {
                all.add(parcel);
            }
        }
        return all;
    }

    private static List<Parcel> unsettled(List<Parcel> messages) {
        return messages.stream().filter(parcel -> !parcel.isSettled()).toList();
    }

    private static String reasonOf(CompletableFuture<?> failed) {
        return failed.handle((found, failure) -> ClusterLink.causeOf(failure).getMessage())
                .join();
    }

    /** Fails what has run out of time. */
    void sweep(long nowNanos) {
        inbox.takeInto(line);
        line.forEach(parcel -> {
            if (!parcel.isSettled() && parcel.deadlineNanos() - nowNanos <= 0) {
                expire(parcel);
            }
        });
        for (Parcel parcel : load) {
            if (!parcel.isSettled() && parcel.deadlineNanos() - nowNanos <= 0) {
                parcel.tries(owner.config().retries()).unanswered();
                expire(parcel);
            }
        }
    }

    private void expire(Parcel parcel) {
        owner.fail(parcel, Refusal.UNAVAILABLE, "no answer within the send timeout");
    }

    /** The event loop ends. */
    void abandon() {
        for (Parcel parcel : unsettled(load)) {
            parcel.tries(owner.config().retries()).unanswered();
            owner.fail(parcel, Refusal.UNAVAILABLE, CLOSED);
        }
        refuseAll();
    }

    private void failAll(Refusal reason, String sentence) {
        takeAll().forEach(parcel -> owner.fail(parcel, reason, sentence));
    }
}
