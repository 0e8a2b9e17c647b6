package io.sluice.client.send;

import io.sluice.client.link.ClusterLink;
import io.sluice.client.route.TopicRoute;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.Refusal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The lanes of one topic: finds the one for each send. Any thread.
 *
 * <p>Sends without a wish go to one lane until it has sent a frame, and then to the next that has none under way, so that
 * they travel together and all queues get their share. Sends that come before the route is known wait here, and reach the
 * lanes in the order in which they came, before any later one.
 */
final class TopicLanes {
    /** How many lanes are looked at for one without a frame under way. */
    private static final int LOOK_AHEAD = 8;

    private final TopicName topic;
    private final LaneOwner owner;
    private final QueueFinder finder;
    /** The lanes of the route in use; empty while it is asked for. Written under the lock, when nothing waits any more. */
    private volatile Optional<View> view = Optional.empty();
    /** Those lanes before anything is given to them: the first frame may leave while others still wait for their lane. */
    private volatile List<Lane> inTurn = List.of();
    /** Which lane sends without a wish take; writes may be lost, which costs nothing but a turn. */
    private volatile int cursor = ThreadLocalRandom.current().nextInt(1 << 16);
    /** Bytes that the lane at the cursor was given, about: additions of several threads may get lost. */
    private volatile int heaped;

    // Guarded by this object:

    private final Map<MessageQueue, Lane> lanes = new HashMap<>();
    private final List<Parcel> waiting = new ArrayList<>();
    private boolean asking;

    private record View(TopicRoute route, List<Lane> lanes, Map<MessageQueue, Lane> byQueue) {}

    TopicLanes(TopicName topic, LaneOwner owner) {
        this.topic = topic;
        this.owner = owner;
        this.finder = new QueueFinder(topic);
    }

    /** Puts the parcel into its lane, as soon as that is known; fails it when there is none. */
    void submit(Parcel parcel) {
        Optional<View> known = view;
        if (known.isEmpty()) {
            synchronized (this) {
                known = view;
                if (known.isEmpty()) {
                    waiting.add(parcel);
                    if (asking) {
                        return;
                    }
                    asking = true;
                }
            }
        }
        if (known.isEmpty()) {
            owner.routes().forSending(topic).whenComplete(this::routeCame);
        } else {
            dispatch(parcel, known.get());
        }
    }

    private void routeCame(Optional<TopicRoute> route, Throwable failure) {
        List<Parcel> unrouted = List.of();
        synchronized (this) {
            asking = false;
            if (failure == null && route.isPresent()) {
                View fresh = viewOf(route.get());
                inTurn = fresh.lanes;
                // By index: a refusal may lead to another send, which joins the end.
                for (int i = 0; i < waiting.size(); i++) {
                    dispatch(waiting.get(i), fresh);
                }
                view = Optional.of(fresh);
            } else {
                unrouted = List.copyOf(waiting);
            }
            waiting.clear();
        }
        if (failure != null) {
            String sentence = ClusterLink.causeOf(failure).getMessage();
            unrouted.forEach(parcel -> owner.failSoon(parcel, Refusal.UNAVAILABLE, sentence));
        } else {
            askAgainOrFail(unrouted, QueueFinder.noSuchTopic(topic));
        }
    }

    private void dispatch(Parcel parcel, View known) {
        Lane lane;
        try {
            lane = parcel.choice() == QueueChoice.ANY && !known.lanes.isEmpty()
                    ? common(parcel, known)
                    : known.byQueue.get(finder.find(known.route, parcel.choice(), owner.health()::isWell));
        } catch (SendFailedException refused) {
            askAgainOrFail(List.of(parcel), refused);
            return;
        }
        lane.put(parcel);
    }

    /** The lane that all sends without a wish take now. */
    private Lane common(Parcel parcel, View known) {
        List<Lane> all = known.lanes;
        int start = cursor;
        int bytes = heaped + BatchEncoder.FIXED_BYTES + parcel.bytes();
        if (bytes > owner.config().batchBytes()) {
            if (!owner.config().linger().isZero()) {
                all.get(start % all.size()).hurry();
            }
            start++;
            cursor = start % all.size();
            bytes = 0;
        }
        heaped = bytes;
        Lane first = all.get(start % all.size());
        if (isWelcome(first)) {
            return first;
        }
        Lane well = first;
        for (int i = 1; i < Math.min(all.size(), LOOK_AHEAD) || i < all.size() && well == first; i++) {
            Lane next = all.get((start + i) % all.size());
            if (isWelcome(next)) {
                cursor = (start + i) % all.size();
                return next;
            }
            if (well == first && owner.health().isWell(next.queue().brokerName())) {
                well = next;
            }
        }
        return owner.health().isWell(first.queue().brokerName()) ? first : well;
    }

    private boolean isWelcome(Lane lane) {
        return !lane.isAway() && owner.health().isWell(lane.queue().brokerName());
    }

    /** A frame of the lane has left: the next lane gets its turn. */
    void left(Lane lane) {
        List<Lane> all = inTurn;
        int now = cursor % Math.max(1, all.size());
        if (!all.isEmpty() && all.get(now) == lane) {
            cursor = (now + 1) % all.size();
            heaped = 0;
        }
    }

    /** The route has changed. */
    synchronized void use(TopicRoute route) {
        if (view.isPresent() && view.get().route != route) {
            View fresh = viewOf(route);
            inTurn = fresh.lanes;
            view = Optional.of(fresh);
        }
    }

    private View viewOf(TopicRoute route) {
        List<Lane> inOrder = new ArrayList<>();
        Map<MessageQueue, Lane> byQueue = new HashMap<>();
        for (MessageQueue queue : route.writable()) {
            Lane lane = lanes.computeIfAbsent(queue, fresh -> new Lane(fresh, route, this, owner));
            inOrder.add(lane);
            byQueue.put(queue, lane);
        }
        lanes.values().removeIf(lane -> !byQueue.containsKey(lane.queue()) && lane.isAsleep());
        return new View(route, List.copyOf(inOrder), Map.copyOf(byQueue));
    }

    boolean hasOtherBroker(String brokerName) {
        return view.isPresent()
                && view.get().lanes.stream()
                        .map(lane -> lane.queue().brokerName())
                        .anyMatch(name ->
                                !name.equals(brokerName) && owner.health().isWell(name));
    }

    /** Sends without a wish whose try at this broker has failed. */
    void sendElsewhere(List<Parcel> parcels, String brokerName) {
        for (Parcel parcel : parcels) {
            Optional<View> known = view;
            if (known.isEmpty() || known.get().lanes.isEmpty()) {
                submit(parcel);
            } else {
                MessageQueue queue = finder.find(
                        known.get().route,
                        parcel.choice(),
                        name -> !name.equals(brokerName) && owner.health().isWell(name));
                known.get().byQueue.get(queue).put(parcel);
            }
        }
    }

    /** The queue of these parcels cannot be sent to any more: the route is asked for again. */
    void redirect(List<Parcel> parcels) {
        redirect(parcels, "a queue of topic %s cannot be sent to any more".formatted(topic));
    }

    /** @param sentence for those whose route was asked for again before */
    void redirect(List<Parcel> parcels, String sentence) {
        askAgainOrFail(parcels, Packing.refused(Refusal.NO_SUCH_QUEUE, sentence));
    }

    /** The route may be out of date: queues are added, and brokers come and go. Asked anew once per send. */
    private void askAgainOrFail(List<Parcel> parcels, SendFailedException refused) {
        List<Parcel> again = new ArrayList<>();
        for (Parcel parcel : parcels) {
            if (parcel.askedRouteAnew()) {
                owner.failSoon(parcel, refused.reason(), refused.getMessage());
            } else {
                again.add(parcel);
            }
        }
        if (again.isEmpty()) {
            return;
        }
        owner.routes().refresh(topic).whenComplete((route, failure) -> {
            synchronized (this) {
                view = Optional.empty();
            }
            again.forEach(this::submit);
        });
    }

    /** Whether nothing is under way. */
    synchronized boolean isIdle() {
        return waiting.isEmpty() && lanes.values().stream().allMatch(Lane::isAsleep);
    }
}
