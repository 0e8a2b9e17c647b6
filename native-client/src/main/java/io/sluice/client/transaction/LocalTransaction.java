package io.sluice.client.transaction;

import io.sluice.client.send.Sent;

/** What the application does between the half message and its end. */
@FunctionalInterface
public interface LocalTransaction {

    /**
     * Called once, on the thread that sends, when the half message is stored. An exception means {@link Decision#UNKNOWN}
     * and goes on to the sender.
     *
     * @param half where the half message lies; its {@link Sent#uniqueKey} is what a later question names
     */
    Decision run(Sent half) throws Exception;
}
