package io.sluice.broker.group;

/**
 * How a consumer group consumes, in the words of its clients; the broker shows them to tools and acts on one of them.
 *
 * @param consumeType      {@code CONSUME_ACTIVELY}, {@code CONSUME_PASSIVELY} or {@code CONSUME_POP}
 * @param messageModel     {@code CLUSTERING}, {@code BROADCASTING} or {@code LITE_SELECTIVE}
 * @param consumeFromWhere where a queue is begun that has no offset yet, {@code CONSUME_FROM_LAST_OFFSET} and others
 */
public record ConsumerTraits(String consumeType, String messageModel, String consumeFromWhere) {
    public static final ConsumerTraits UNKNOWN =
            new ConsumerTraits("CONSUME_PASSIVELY", "CLUSTERING", "CONSUME_FROM_LAST_OFFSET");

    /** Whether every member gets every message, so that membership matters to nobody else. */
    public boolean isBroadcasting() {
        return "BROADCASTING".equals(messageModel);
    }

    /** Whether members have messages brought to them by their client, which then keeps some in hand. */
    public boolean isPushed() {
        return "CONSUME_PASSIVELY".equals(consumeType);
    }
}
