package io.sluice.port;

/** Which queue of its topic a message goes to. */
public sealed interface Placement {
    Placement ANY = new Any();

    /** The broker spreads. */
    record Any() implements Placement {}

    /** The queue with this number; refused when the topic has fewer. */
    record Queue(int queueId) implements Placement {}

    /** Messages with equal keys go to one queue, in the order sent; groups that are ordered by key keep their order. */
    record ByShardingKey(String key) implements Placement {}

    /**
     * As {@link ByShardingKey}, but the key is the sender's own affair: the messages do not carry it, and are not ordered for
     * groups that are ordered by key.
     */
    record Together(String key) implements Placement {}

    /** The queue of a sharding key; every implementation and every door uses this, so that keys meet across doors. */
    static int queueFor(String shardingKey, int queues) {
        return Math.floorMod(shardingKey.hashCode(), queues);
    }
}
