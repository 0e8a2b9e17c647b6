package io.sluice.client.send;

import io.sluice.model.MessageQueue;
import io.sluice.port.Placement;
import java.util.Objects;

/** Which queue a message shall go to. Tries of all but {@link #ANY} go to the same queue. */
public sealed interface QueueChoice {
    QueueChoice ANY = new Any();

    /** The next queue in turn; another broker when one fails. */
    record Any() implements QueueChoice {}

    /** Exactly this queue. */
    record Exactly(MessageQueue queue) implements QueueChoice {
        public Exactly {
            Objects.requireNonNull(queue, "queue");
        }
    }

    /** The queue at this place, counted from 0, in the sorted list of all queues that the topic can be sent to. */
    record AtIndex(int index) implements QueueChoice {}

    /** The queue of the key, see {@link Placement#queueFor}. */
    record ByKey(String shardingKey) implements QueueChoice {
        public ByKey {
            Objects.requireNonNull(shardingKey, "shardingKey");
        }
    }
}
