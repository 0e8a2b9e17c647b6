package io.sluice.port;

/** Which queue of its topic a message goes to. */
public sealed interface Placement {
    Placement ANY = new Any();

    /** The broker spreads. */
    record Any() implements Placement {}

    /** The queue with this number; refused when the topic has fewer. */
    record Queue(int queueId) implements Placement {}

    /** Messages with equal keys go to one queue, in the order sent. */
    record ByShardingKey(String key) implements Placement {}

    /** The queue of a sharding key; every implementation and every door uses this, so that keys meet across doors. */
    static int queueFor(String shardingKey, int queues) {
        return Math.floorMod(shardingKey.hashCode(), queues);
    }
}
