package io.sluice.broker.pull;

import io.sluice.runtime.Duty;
import io.sluice.runtime.DutyThread;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where reads wait for their queue to grow. Bounded: a read that finds no place is turned away.
 *
 * <p>Any thread may park, unpark, or report growth; all of that happens under this object's lock and calls out only to put a
 * retry into the inbox of the read's {@linkplain ParkedRead#home home}. Retries of reads without a home, and time-outs, are
 * run by the {@code parking-lot} thread, outside the lock, one after another.
 */
public final class ParkingLot implements Duty, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ParkingLot.class);
    private static final int SLICE_MAX = 256;
    /** So often the thread looks at the deadlines in any case. */
    private static final long LONGEST_SLEEP_NANOS = 1_000_000_000L;

    private final int placesMax;
    private final LongSupplier nanos;

    /**
     * Parked reads by topic and queue id; no map or set is empty. Changed under this object's lock; whether a topic is in
     * it may be asked without.
     */
    private final Map<String, Map<Integer, Set<ParkedRead>>> byTopic = new ConcurrentHashMap<>();
    /** The same reads, first to time out first. Guarded by this object. */
    private final TreeSet<ParkedRead> byDeadline =
            new TreeSet<>(Comparator.comparingLong(ParkedRead::deadlineNanos).thenComparingLong(read -> read.place));
    /** Reads to be retried; no longer parked. Guarded by this object. */
    private final Deque<ParkedRead> ready = new ArrayDeque<>();
    /** Guarded by this object. */
    private long lastPlace;
    /** Guarded by this object. */
    private boolean closed;

    /** How many reads are parked, so that growth of a queue costs one look at a field while nobody waits. */
    private volatile int parked;

    private volatile DutyThread thread;

    /**
     * @param placesMax how many reads may wait at once
     * @param nanos     a clock that never goes back, nanoseconds
     */
    public ParkingLot(int placesMax, LongSupplier nanos) {
        this.placesMax = placesMax;
        this.nanos = nanos;
    }

    public void start() {
        thread = DutyThread.start(this);
    }

    /** Parks a read until its queue grows or its time is over; without a place it is turned away at once. */
    void park(ParkedRead read) {
        boolean hasPlace;
        boolean wakes = false;
        synchronized (this) {
            hasPlace = !closed && byDeadline.size() < placesMax;
            if (hasPlace) {
                read.place = ++lastPlace;
                byTopic.computeIfAbsent(read.topic(), none -> new HashMap<>())
                        .computeIfAbsent(read.queueId(), none -> new LinkedHashSet<>())
                        .add(read);
                byDeadline.add(read);
                parked = byDeadline.size();
                wakes = byDeadline.first() == read && read.deadlineNanos() - nanos.getAsLong() < LONGEST_SLEEP_NANOS;
            }
        }
        if (!hasPlace) {
            read.turnAway();
            return;
        }
        if (wakes) {
            wake();
        }
        if (read.hasGrown()) {
            grown(read.topic(), read.queueId());
        }
    }

    /** Takes a read out, because nobody waits for its answer any more. */
    synchronized void unpark(ParkedRead read) {
        if (byDeadline.remove(read)) {
            byTopic.computeIfPresent(read.topic(), (topic, queues) -> {
                queues.computeIfPresent(read.queueId(), (queueId, reads) -> {
                    reads.remove(read);
                    return reads.isEmpty() ? null : reads;
                });
                return queues.isEmpty() ? null : queues;
            });
            parked = byDeadline.size();
        }
    }

    /** The queue has grown: its reads are retried soon. Cheap when nobody waits; never blocks. */
    public void grown(String topic, int queueId) {
        if (parked == 0 || !byTopic.containsKey(topic)) {
            return;
        }
        Set<ParkedRead> reads;
        synchronized (this) {
            Map<Integer, Set<ParkedRead>> queues = byTopic.get(topic);
            reads = queues == null ? null : queues.remove(queueId);
            if (reads == null) {
                return;
            }
            if (queues.isEmpty()) {
                byTopic.remove(topic);
            }
            byDeadline.removeAll(reads);
            parked = byDeadline.size();
        }
        sendHome(reads);
    }

    private void sendHome(Set<ParkedRead> reads) {
        List<ParkedRead> homeless = new ArrayList<>(0);
        for (ParkedRead read : reads) {
            Optional<Executor> home = read.home();
            if (home.isEmpty()) {
                homeless.add(read);
                continue;
            }
            try {
                home.get().execute(() -> retry(read));
            } catch (RejectedExecutionException ended) {
                log.debug(
                        "a waiting read of {}/{} has no home any more: {}",
                        read.topic(),
                        read.queueId(),
                        ended.toString());
                read.turnAway();
            }
        }
        if (!homeless.isEmpty()) {
            boolean late;
            synchronized (this) {
                late = closed;
                if (!late) {
                    ready.addAll(homeless);
                }
            }
            if (late) {
                homeless.forEach(ParkedRead::turnAway);
            }
            wake();
        }
    }

    private void makeReady(Set<ParkedRead> reads) {
        byDeadline.removeAll(reads);
        ready.addAll(reads);
        parked = byDeadline.size();
    }

    /** Retries all reads of a topic on the thread of the lot, because it has changed or is gone. */
    public void shake(String topic) {
        synchronized (this) {
            Map<Integer, Set<ParkedRead>> queues = byTopic.remove(topic);
            if (queues != null) {
                queues.values().forEach(this::makeReady);
            }
        }
        wake();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** How many reads wait now. */
    public int parked() {
        return parked;
    }

    private void wake() {
        DutyThread running = thread;
        if (running != null) {
            running.wake();
        }
    }

    @Override
    public int work() {
        return retryReady() + expireDue();
    }

    private int retryReady() {
        List<ParkedRead> batch = new ArrayList<>();
        synchronized (this) {
            while (batch.size() < SLICE_MAX && !ready.isEmpty()) {
                batch.add(ready.poll());
            }
        }
        batch.forEach(this::retry);
        return batch.size();
    }

    private void retry(ParkedRead read) {
        guarded(read, () -> {
            if (!read.retry()) {
                park(read);
            }
        });
    }

    private int expireDue() {
        List<ParkedRead> due = new ArrayList<>();
        long now = nanos.getAsLong();
        synchronized (this) {
            while (due.size() < SLICE_MAX && !byDeadline.isEmpty()) {
                ParkedRead first = byDeadline.first();
                if (first.deadlineNanos() - now > 0) {
                    break;
                }
                unpark(first);
                due.add(first);
            }
        }
        due.forEach(read -> guarded(read, read::expire));
        return due.size();
    }

    private static void guarded(ParkedRead read, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException failed) {
            log.error("a waiting read of {}/{} failed and is turned away", read.topic(), read.queueId(), failed);
            read.turnAway();
        }
    }

    @Override
    public synchronized long idleNanos() {
        if (byDeadline.isEmpty()) {
            return LONGEST_SLEEP_NANOS;
        }
        long left = byDeadline.first().deadlineNanos() - nanos.getAsLong();
        return Math.min(LONGEST_SLEEP_NANOS, Math.max(0, left));
    }

    @Override
    public String role() {
        return "parking-lot";
    }

    /** Turns every waiting read away; later ones find no place. Twice is harmless. */
    @Override
    public void close() {
        List<ParkedRead> left = new ArrayList<>();
        synchronized (this) {
            closed = true;
            left.addAll(byDeadline);
            left.addAll(ready);
            byDeadline.clear();
            byTopic.clear();
            ready.clear();
            parked = 0;
        }
        DutyThread running = thread;
        if (running != null) {
            running.close();
        }
        left.forEach(ParkedRead::turnAway);
    }
}
