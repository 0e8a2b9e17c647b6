package io.sluice.store.queue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The queues of one topic, and what its name is in the forms that records and keys need. Read by any thread. */
public final class TopicQueues {
    public static final String DELAY_TOPIC = "SCHEDULE_TOPIC_XXXX";
    private static final String FAN_OUT_PREFIX = "%LMQ%";

    private final String name;
    private final byte[] nameBytes;
    private final int keyPrefixHash;
    private final boolean delay;
    private final boolean fanOut;
    /** Set when the topic is deleted; whoever still has this object looks it up anew. */
    private volatile boolean dropped;
    /** By queue id, with gaps; replaced as a whole under this object's lock. */
    private volatile ConsumeQueue[] queues = {};

    TopicQueues(String name) {
        this.name = name;
        this.nameBytes = name.getBytes(StandardCharsets.UTF_8);
        this.keyPrefixHash = (name + "#").hashCode();
        this.delay = DELAY_TOPIC.equals(name);
        this.fanOut = name.startsWith(FAN_OUT_PREFIX);
    }

    public String name() {
        return name;
    }

    /** UTF-8; shared, not to be changed. */
    public byte[] nameBytes() {
        return nameBytes;
    }

    /** {@code String.hashCode()} of the name followed by {@code #}: what index keys of this topic begin with. */
    public int keyPrefixHash() {
        return keyPrefixHash;
    }

    /** Whether entries carry the due time instead of the tag. */
    public boolean isDelay() {
        return delay;
    }

    /** Whether the queue holds entries for records of other topics. */
    public boolean isFanOut() {
        return fanOut;
    }

    /** {@code null} when there is none. */
    public ConsumeQueue find(int queueId) {
        ConsumeQueue[] present = queues;
        return queueId < present.length && queueId >= 0 ? present[queueId] : null;
    }

    public boolean isDropped() {
        return dropped;
    }

    void drop() {
        dropped = true;
    }

    ConsumeQueue[] all() {
        return queues;
    }

    /** Adds the queue unless there is one with its number; returns the one that is there. */
    synchronized ConsumeQueue add(ConsumeQueue queue) {
        int queueId = queue.key().queueId();
        ConsumeQueue present = find(queueId);
        if (present != null) {
            return present;
        }
        ConsumeQueue[] more = Arrays.copyOf(queues, Math.max(queues.length, queueId + 1));
        more[queueId] = queue;
        queues = more;
        return queue;
    }
}
