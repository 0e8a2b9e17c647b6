package io.sluice.store.queue;

import java.io.IOException;
import java.util.List;

/**
 * One pass over the queues that had entries in memory at one moment: when it is done, every record of the log below
 * {@link #position} has its entry in a file, and what each queue has written is where it was at that moment. Confined to the
 * queue-writer.
 */
final class WriteRound {
    private final ConsumeQueues queues;
    private final ConsumeQueues.Listed listed;
    private final long position;
    private final long lastRecord;
    private final long beganAtNanos;
    private int done;

    /**
     * @param listed     taken under the append lock, with the two that follow
     * @param position   end of the log at that moment
     * @param lastRecord where its last record begins
     */
    WriteRound(ConsumeQueues queues, ConsumeQueues.Listed listed, long position, long lastRecord, long beganAtNanos) {
        this.queues = queues;
        this.listed = listed;
        this.position = position;
        this.lastRecord = lastRecord;
        this.beganAtNanos = beganAtNanos;
    }

    /** Told of what a queue is written to. */
    interface Target {
        void write(ConsumeQueue queue, long to) throws IOException;
    }

    long position() {
        return position;
    }

    long beganAtNanos() {
        return beganAtNanos;
    }

    int size() {
        return listed.queues().size();
    }

    boolean isDone() {
        return done == size();
    }

    /**
     * Writes the next queues.
     *
     * @return how many
     * @throws IOException when a queue cannot be written; the next slice begins with it
     */
    int slice(int max, Target target) throws IOException {
        List<ConsumeQueue> all = listed.queues();
        int from = done;
        while (done < all.size() && done - from < max) {
            ConsumeQueue queue = all.get(done);
            long to = queue.nextWhenTaken(listed.id());
            long before = queue.writtenTo();
            if (queue.dropped()) {
                queues.wrote(Math.max(0, to - before));
            } else if (to > before) {
                target.write(queue, to);
                queues.wrote(to - before);
            }
            done++;
        }
        return done - from;
    }

    /** How far every queue is. Valid when the round is done and no other has begun. */
    QueueTable table() {
        return queues.writtenTable(position, lastRecord);
    }
}
