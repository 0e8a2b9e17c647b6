package io.sluice.client;

import io.sluice.client.consume.ReceivedMessage;
import io.sluice.client.link.ClientClock;
import io.sluice.client.link.ClusterLink;
import io.sluice.model.MessageQueue;
import io.sluice.model.SluiceException;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Reads the queues that were assigned, one fetch ahead of the application: while it works on what a queue brought, the next
 * fetch of that queue is under way, and no further one. So at most one fetch per queue is held. Guarded by this object.
 */
final class Polling {
    /** How long a broker may hold a fetch at the end of a queue. */
    private static final Duration HOLD = Duration.ofSeconds(15);
    /** Before asking a broker again that has nothing and does not hold the answer. */
    private static final Duration NOT_HELD_PAUSE = Duration.ofMillis(200);
    /** Before a fetch that failed is repeated. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Source source;
    private final ClientClock clock;
    private final int messagesPerPoll;
    /** The assigned queues, the one whose turn is next first. */
    private final Map<MessageQueue, Reading> readings = new LinkedHashMap<>();

    private final Set<MessageQueue> paused = new HashSet<>();
    private boolean closed;

    /** Where fetches come from. */
    interface Source {
        CompletionStage<Batch> fetch(MessageQueue queue, Duration hold);

        /** Takes note that the batch goes to the application; false when the queue was put elsewhere meanwhile. */
        boolean taken(Batch batch);

        /** Whether the route names the broker of the queue now. */
        boolean isRouted(MessageQueue queue);
    }

    /**
     * What one fetch brought.
     *
     * @param offset     where it began
     * @param nextOffset where the next one begins
     */
    record Batch(MessageQueue queue, long offset, long nextOffset, List<ReceivedMessage> messages) {}

    /** One assigned queue. */
    private static final class Reading {
        /** Whether a fetch is under way or planned. */
        private boolean busy;
        /** Whether a fetch has succeeded. */
        private boolean wasThere;
        /** Rises when the queue is put elsewhere: what was asked for before does not count. */
        private int turn;
        /** When the fetch under way began. */
        private long askedAtNanos;
        /** What waits for the next poll; {@code null} when nothing does. */
        private Batch ready;
        /** Why the queue cannot be read; {@code null} unless the application must know. */
        private RefusedException hopeless;
    }

    /** @param messagesPerPoll from so many on a poll asks no further queue */
    Polling(Source source, ClientClock clock, int messagesPerPoll) {
        this.source = source;
        this.clock = clock;
        this.messagesPerPoll = messagesPerPoll;
    }

    synchronized void assign(Collection<MessageQueue> queues) {
        readings.keySet().retainAll(Set.copyOf(queues));
        paused.retainAll(readings.keySet());
        queues.forEach(queue -> readings.computeIfAbsent(queue, fresh -> new Reading()));
        readings.forEach(this::fetch);
    }

    synchronized Set<MessageQueue> assignment() {
        return Set.copyOf(readings.keySet());
    }

    synchronized void pause(Collection<MessageQueue> queues) {
        requireAssigned(queues);
        paused.addAll(queues);
    }

    synchronized void resume(Collection<MessageQueue> queues) {
        requireAssigned(queues);
        queues.forEach(paused::remove);
        queues.forEach(queue -> fetch(queue, readings.get(queue)));
        notifyAll();
    }

    private void requireAssigned(Collection<MessageQueue> queues) {
        if (!readings.keySet().containsAll(queues)) {
            throw new IllegalArgumentException("not all of %s are assigned; assign them first".formatted(queues));
        }
    }

    /** The queue was put elsewhere: what was read of it does not count. */
    synchronized void moved(MessageQueue queue) {
        Reading reading = readings.get(queue);
        if (reading != null) {
            reading.ready = null;
            reading.turn++;
            reading.busy = false;
            fetch(queue, reading);
        }
    }

    synchronized List<ReceivedMessage> poll(Duration maxWait) {
        long deadlineNanos = System.nanoTime() + maxWait.toNanos();
        while (true) {
            List<ReceivedMessage> found = take();
            long leftNanos = deadlineNanos - System.nanoTime();
            if (!found.isEmpty() || closed || leftNanos <= 0) {
                return found;
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, Math.max(leftNanos, TimeUnit.MILLISECONDS.toNanos(1)));
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new SluiceException("interrupted during polling; nothing was taken", interrupted);
            }
        }
    }

    private List<ReceivedMessage> take() {
        List<ReceivedMessage> found = new ArrayList<>();
        for (MessageQueue queue : List.copyOf(readings.keySet())) {
            Reading reading = readings.get(queue);
            if (paused.contains(queue)) {
                continue;
            }
            if (reading.hopeless != null) {
                if (!found.isEmpty()) {
                    // What was taken already must reach the application; the next poll tells.
                    break;
                }
                RefusedException cause = reading.hopeless;
                reading.hopeless = null;
                fetch(queue, reading);
                throw cause;
            }
            Batch batch = reading.ready;
            if (batch == null) {
                continue;
            }
            reading.ready = null;
            if (source.taken(batch)) {
                found.addAll(batch.messages());
                // Behind the others, so that each has its turn.
                readings.remove(queue);
                readings.put(queue, reading);
            }
            fetch(queue, reading);
            if (found.size() >= messagesPerPoll) {
                break;
            }
        }
        return found;
    }

    /** Begins unless a fetch is under way, or what it brought still waits. */
    private void fetch(MessageQueue queue, Reading reading) {
        if (closed || reading.busy || reading.ready != null || paused.contains(queue)) {
            return;
        }
        reading.busy = true;
        int turn = reading.turn;
        reading.askedAtNanos = System.nanoTime();
        source.fetch(queue, HOLD).whenComplete((batch, failure) -> arrived(queue, reading, turn, batch, failure));
    }

    private synchronized void arrived(MessageQueue queue, Reading reading, int turn, Batch batch, Throwable failure) {
        if (closed || readings.get(queue) != reading || reading.turn != turn) {
            return;
        }
        if (failure != null) {
            failed(queue, reading, turn, ClusterLink.causeOf(failure));
            return;
        }
        reading.wasThere = true;
        if (!batch.messages().isEmpty()) {
            reading.busy = false;
            reading.ready = batch;
            notifyAll();
        } else {
            // Nothing, or nothing that is wanted: the position moves all the same.
            source.taken(batch);
            boolean isHeld = System.nanoTime() - reading.askedAtNanos > NOT_HELD_PAUSE.toNanos();
            Duration pause = isHeld || batch.nextOffset() != batch.offset() ? Duration.ZERO : NOT_HELD_PAUSE;
            clock.after(pause, () -> again(queue, reading, turn));
        }
    }

    private void failed(MessageQueue queue, Reading reading, int turn, Throwable cause) {
        if (!(cause instanceof RefusedException perhaps && passes(queue, reading, perhaps.reason()))) {
            reading.hopeless = cause instanceof RefusedException refused
                    ? refused
                    : new RefusedException(Refusal.UNAVAILABLE, "%s cannot be read: %s".formatted(queue, cause));
            reading.busy = false;
            notifyAll();
            return;
        }
        clock.after(PAUSE, () -> again(queue, reading, turn));
    }

    /** A queue that was read comes back with its broker, which the route does not name while it is away. */
    private boolean passes(MessageQueue queue, Reading reading, Refusal reason) {
        return switch (reason) {
            case UNAVAILABLE, OVERLOADED -> true;
            case NO_SUCH_QUEUE, NO_SUCH_TOPIC -> reading.wasThere && !source.isRouted(queue);
            default -> false;
        };
    }

    private synchronized void again(MessageQueue queue, Reading reading, int turn) {
        if (readings.get(queue) == reading && reading.turn == turn) {
            reading.busy = false;
            fetch(queue, reading);
        }
    }

    synchronized void close() {
        closed = true;
        readings.clear();
        notifyAll();
    }
}
