package io.sluice.store.recovery;

import io.sluice.store.queue.ConsumeQueue;
import io.sluice.store.queue.ConsumeQueues;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Gives records found in the log their entries. The number that a record says it has is covered by no checksum, so one that
 * does not follow on its predecessor is held back until the next record of the queue tells whether to believe it: numbers
 * were lost with damaged records, or the queue was deleted and begun anew, or this number itself is damaged.
 */
final class QueueReplay {
    /** So many lost numbers are believed at the end of a queue, where no later record can confirm them. */
    private static final long UNCONFIRMED_MAX = 100_000;

    private final ConsumeQueues queues;
    /** Log offset of the last entry that a queue had before; every record behind it is news. */
    private final Map<ConsumeQueue, Long> covered;

    private final Set<String> dropped;
    private final BooleanSupplier damageMet;
    private final Map<ConsumeQueue, Held> held = new LinkedHashMap<>();
    private long placed;

    private record Held(long number, long logOffset, int size, long tagHash) {}

    /**
     * @param covered queues with entries for records that are walked over once more, and the log offset of their last one;
     *                for every other queue, no record that comes has an entry yet
     * @param dropped   topics that were deleted, or about to be: a first message of theirs needs no other witness
     * @param damageMet whether records before the present one are damaged: the first ones of a queue may be among them
     */
    QueueReplay(ConsumeQueues queues, Map<ConsumeQueue, Long> covered, Set<String> dropped, BooleanSupplier damageMet) {
        this.queues = queues;
        this.covered = covered;
        this.dropped = dropped;
        this.damageMet = damageMet;
    }

    /** Entries that were made. */
    long placed() {
        return placed;
    }

    void entry(ConsumeQueue queue, long number, long logOffset, int size, long tagHash) {
        if (!covered.isEmpty() && logOffset <= covered.getOrDefault(queue, -1L)) {
            return;
        }
        Held candidate = new Held(number, logOffset, size, tagHash);
        Held earlier = held.isEmpty() ? null : held.remove(queue);
        if (earlier != null) {
            settle(queue, earlier, number);
        }
        if (number == queue.next()) {
            place(queue, candidate);
        } else if (number == 0 && dropped.contains(queue.key().topic())) {
            believe(queue, candidate);
        } else if (number > queue.next() || number == 0 || mayHaveLostItsFirst(queue)) {
            held.put(queue, candidate);
        }
    }

    /** A queue that was begun anew, and whose record 0 is damaged, goes on with numbers that the old one had. */
    private boolean mayHaveLostItsFirst(ConsumeQueue queue) {
        return damageMet.getAsBoolean() || dropped.contains(queue.key().topic());
    }

    /** What to make of a record that was held back, now that the number of the one after it is known. */
    private void settle(ConsumeQueue queue, Held earlier, long following) {
        boolean follows = following == earlier.number + 1;
        boolean later = following > earlier.number;
        boolean agrees = earlier.number < queue.next() ? following < queue.next() : following != queue.next() + 1;
        if (follows || later && agrees) {
            believe(queue, earlier);
        } else if (following == queue.next() + 1) {
            // its number is damaged: the place where it belongs stays empty
            queues.putLost(queue, following);
        }
    }

    private void believe(ConsumeQueue queue, Held earlier) {
        if (earlier.number < queue.next() || queue.next() == 0) {
            queues.restart(queue, earlier.number);
        } else {
            queues.putLost(queue, earlier.number);
        }
        place(queue, earlier);
    }

    private void place(ConsumeQueue queue, Held entry) {
        queues.put(queue, entry.logOffset, entry.size, entry.tagHash);
        queue.publish(queue.next());
        placed++;
    }

    /** Decides about what is still held back. */
    void finish() {
        held.forEach((queue, last) -> {
            boolean oneBitFromExpected = Long.bitCount(last.number ^ queue.next()) == 1;
            boolean fresh = queue.next() == 0;
            boolean below =
                    last.number < queue.next() && dropped.contains(queue.key().topic());
            boolean anew = (last.number == 0 || below) && !oneBitFromExpected;
            boolean few = last.number > queue.next() && last.number - queue.next() <= UNCONFIRMED_MAX;
            if (fresh || anew || few) {
                believe(queue, last);
            } else {
                queues.putLost(queue, queue.next() + 1);
            }
        });
        held.clear();
    }
}
