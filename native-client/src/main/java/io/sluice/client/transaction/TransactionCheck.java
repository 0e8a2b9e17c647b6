package io.sluice.client.transaction;

import io.sluice.model.Message;

/** Knows what became of a local transaction. Any producer of the group may be asked about any message of the group. */
@FunctionalInterface
public interface TransactionCheck {

    /**
     * Called on a thread of the producer, one question at a time. An exception means {@link Decision#UNKNOWN}.
     *
     * @param half as it was sent; the unique key is among its properties
     */
    Decision check(Message half) throws Exception;
}
