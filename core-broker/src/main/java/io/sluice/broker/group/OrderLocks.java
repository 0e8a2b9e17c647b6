package io.sluice.broker.group;

import io.sluice.model.GroupName;
import io.sluice.model.MessageQueue;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Which client of a group consumes a queue in order, or reads it at all. A lock ends when it is given back or not renewed in
 * time, and one that is tied to a connection ends with it; it lives in memory only. Guarded by this object.
 */
public final class OrderLocks {
    private final InstantSource clock;
    private final Duration lifetime;
    private final Predicate<MessageQueue> exists;
    private final Map<GroupName, Map<MessageQueue, Lock>> locks = new HashMap<>();

    /** To what a lock is tied that lasts until it is given back or over. */
    private static final Object NOTHING = new Object();

    /** @param tie the connection with which it ends, compared by identity */
    private record Lock(String clientId, long renewedAtMs, Object tie) {}

    /**
     * @param lifetime how long a lock lasts without renewal
     * @param exists   which queues there are: others cannot be locked, which bounds the table
     */
    public OrderLocks(InstantSource clock, Duration lifetime, Predicate<MessageQueue> exists) {
        this.clock = Objects.requireNonNull(clock, "clock");
        this.lifetime = Objects.requireNonNull(lifetime, "lifetime");
        this.exists = Objects.requireNonNull(exists, "exists");
    }

    /** Takes or renews the locks that are free; answers those that the client holds now. */
    public List<MessageQueue> lock(GroupName group, String clientId, Collection<MessageQueue> queues) {
        return lock(group, clientId, NOTHING, queues);
    }

    /**
     * As {@link #lock(GroupName, String, Collection)}, for as long as a connection lasts.
     *
     * @param tie the connection, see {@link #ended}
     */
    public synchronized List<MessageQueue> lock(
            GroupName group, String clientId, Object tie, Collection<MessageQueue> queues) {
        long now = clock.millis();
        Map<MessageQueue, Lock> ofGroup = locks.computeIfAbsent(group, none -> new HashMap<>());
        ofGroup.values().removeIf(lock -> isOver(lock, now));
        List<MessageQueue> held = new ArrayList<>();
        for (MessageQueue queue : queues) {
            Lock current = ofGroup.get(queue);
            boolean free = current == null || current.clientId().equals(clientId);
            if (free && exists.test(queue)) {
                ofGroup.put(queue, new Lock(clientId, now, tie));
                held.add(queue);
            }
        }
        forgetIfEmpty(group);
        return held;
    }

    /** Gives back what the client holds of these; the locks of others stay. */
    public synchronized void unlock(GroupName group, String clientId, Collection<MessageQueue> queues) {
        Map<MessageQueue, Lock> ofGroup = locks.get(group);
        if (ofGroup != null) {
            queues.forEach(queue -> ofGroup.computeIfPresent(
                    queue, (key, lock) -> lock.clientId().equals(clientId) ? null : lock));
            forgetIfEmpty(group);
        }
    }

    /** The connection has ended: what is tied to it is free. */
    public synchronized void ended(Object tie) {
        locks.values().forEach(ofGroup -> ofGroup.values().removeIf(lock -> lock.tie() == tie));
        locks.values().removeIf(Map::isEmpty);
    }

    /** Whether any lock is tied to a connection. */
    public synchronized boolean isAnyTied() {
        return locks.values().stream()
                .flatMap(ofGroup -> ofGroup.values().stream())
                .anyMatch(lock -> lock.tie() != NOTHING);
    }

    /** Whether any queue is locked for the group at this moment. */
    public synchronized boolean isAnyHeld(GroupName group) {
        long now = clock.millis();
        return locks.getOrDefault(group, Map.of()).values().stream().anyMatch(lock -> !isOver(lock, now));
    }

    /** Forgets locks that were not renewed; to be called every so often. */
    public synchronized void expire() {
        long now = clock.millis();
        locks.values().forEach(ofGroup -> ofGroup.values().removeIf(lock -> isOver(lock, now)));
        locks.values().removeIf(Map::isEmpty);
    }

    /** How many locks are kept, renewed or not. */
    synchronized int size() {
        return locks.values().stream().mapToInt(Map::size).sum();
    }

    private boolean isOver(Lock lock, long nowMs) {
        return nowMs - lock.renewedAtMs() >= lifetime.toMillis();
    }

    private void forgetIfEmpty(GroupName group) {
        locks.computeIfPresent(group, (name, ofGroup) -> ofGroup.isEmpty() ? null : ofGroup);
    }
}
