package io.sluice.client.send;

import io.sluice.client.link.ClusterLink;
import io.sluice.client.route.RouteCache;
import io.sluice.model.MessageQueue;
import io.sluice.port.Refusal;
import io.sluice.transport.LoopSteps;
import io.sluice.wire.frame.Frame;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the lanes of one sender share, and the event loop that owns them. Lanes that have something are looked through for
 * sends without time left every 50 ms; when all are asleep nothing runs.
 */
final class LaneOwner {
    private static final Logger log = LoggerFactory.getLogger(LaneOwner.class);
    private static final Duration SWEEP = Duration.ofMillis(50);
    /** Frames of one sender under way to one broker: one is being stored while the next ones fill and travel. */
    private static final int FRAMES_PER_BROKER = 4;

    private final ClusterLink link;
    private final RouteCache routes;
    private final SendConfig config;
    private final ParcelFrames frames;
    private final InFlightBound bound;
    private final BrokerHealth health;
    private final LoopSteps loop;

    // Owned by the loop:

    private final Map<String, BrokerWindow> windows = new HashMap<>();
    private final Set<Lane> awake = new HashSet<>();
    private boolean sweepPlanned;

    LaneOwner(
            ClusterLink link,
            RouteCache routes,
            SendConfig config,
            ParcelFrames frames,
            InFlightBound bound,
            BrokerHealth health) {
        this.link = link;
        this.routes = routes;
        this.config = config;
        this.frames = frames;
        this.bound = bound;
        this.health = health;
        this.loop = link.steps();
    }

    boolean isClosed() {
        return link.isClosed();
    }

    SendConfig config() {
        return config;
    }

    RouteCache routes() {
        return routes;
    }

    ParcelFrames frames() {
        return frames;
    }

    BrokerHealth health() {
        return health;
    }

    // Any thread.

    /** Runs the step on the loop, after the linger if there is one; false when the loop has ended. */
    boolean soon(Runnable step) {
        try {
            if (config.linger().isZero()) {
                loop.execute(step);
            } else {
                loop.after(config.linger(), step, step);
            }
            return true;
        } catch (RejectedExecutionException ended) {
            log.debug("a send came after the client had closed: {}", ended.toString());
            return false;
        }
    }

    /** Runs the step on the loop, at once if this is the loop. */
    void run(Runnable step) {
        try {
            loop.run(step);
        } catch (RejectedExecutionException ended) {
            log.debug("an answer came after the client had closed: {}", ended.toString());
            // Nothing else runs any more, so the step has the state for itself.
            step.run();
        }
    }

    /** Runs the step on the loop, never at once. */
    void later(Runnable step) {
        try {
            loop.execute(step);
        } catch (RejectedExecutionException ended) {
            log.debug("a send ended after the client had closed: {}", ended.toString());
            step.run();
        }
    }

    void failSoon(Parcel parcel, Refusal reason, String sentence) {
        run(() -> fail(parcel, reason, sentence));
    }

    // On the loop.

    void after(Duration pause, Runnable step) {
        try {
            loop.after(pause, step, step);
        } catch (RejectedExecutionException ended) {
            log.debug("a pause began after the client had closed: {}", ended.toString());
            step.run();
        }
    }

    BrokerWindow windowOf(String brokerName) {
        return windows.computeIfAbsent(brokerName, fresh -> new BrokerWindow(FRAMES_PER_BROKER));
    }

    CompletionStage<Frame> call(String address, MessageQueue queue, List<Parcel> load, Duration timeout) {
        return link.call(address, frames.frame(load, queue), timeout);
    }

    void woke(Lane lane) {
        awake.add(lane);
        planSweep();
    }

    void fellAsleep(Lane lane) {
        awake.remove(lane);
    }

    private void planSweep() {
        if (sweepPlanned) {
            return;
        }
        sweepPlanned = true;
        try {
            loop.after(SWEEP, this::sweep, this::abandon);
        } catch (RejectedExecutionException ended) {
            log.debug("sends are under way while the client closes: {}", ended.toString());
        }
    }

    private void sweep() {
        sweepPlanned = false;
        long now = System.nanoTime();
        List.copyOf(awake).forEach(lane -> lane.sweep(now));
        if (!awake.isEmpty()) {
            planSweep();
        }
    }

    /** The loop ends before what is under way has ended. */
    private void abandon() {
        List.copyOf(awake).forEach(Lane::abandon);
        awake.clear();
    }

    void note(MessageQueue queue, FailedTry failed) {
        if (failed.brokerIsAway()) {
            health.failed(queue.brokerName());
        }
        if (failed.reason() == Refusal.NO_SUCH_TOPIC) {
            routes.denied(queue.topic());
        } else if (failed.routeIsSuspect()) {
            routes.suspect(queue.topic());
        }
    }

    void succeed(List<Parcel> load, StoredAnswer answer) {
        int bytes = 0;
        for (Parcel parcel : load) {
            bytes += parcel.isSettled() ? 0 : bound.counted(parcel.bytes());
        }
        bound.giveBackSum(bytes);
        for (int i = 0; i < load.size(); i++) {
            Parcel parcel = load.get(i);
            if (!parcel.isSettled()) {
                parcel.settle();
                parcel.complete(frames.sent(parcel, answer, i));
            }
        }
    }

    /** Does nothing when the sender has been told already. */
    void fail(Parcel parcel, Refusal reason, String sentence) {
        if (parcel.isSettled()) {
            return;
        }
        parcel.settle();
        bound.giveBack(parcel.bytes());
        boolean mayBeStored = parcel.mayBeStored();
        parcel.completeExceptionally(new SendFailedException(
                reason,
                mayBeStored,
                "message for topic %s not %s: %s"
                        .formatted(
                                parcel.topic(), mayBeStored ? "acknowledged, it may be stored" : "stored", sentence)));
    }
}
