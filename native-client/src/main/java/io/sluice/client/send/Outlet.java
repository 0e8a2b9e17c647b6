package io.sluice.client.send;

import io.sluice.model.MessageQueue;
import io.sluice.wire.frame.Frame;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * How a message that has its queue leaves for the broker. Called in the order in which messages of one queue shall be
 * stored; an outlet may let several of them travel together, but answers each.
 */
@FunctionalInterface
interface Outlet {

    /** The broker's answer, whatever its code; fails with {@link io.sluice.transport.RemotingException} when there is none. */
    CompletionStage<Frame> send(String address, MessageQueue queue, Outbound message, Duration timeout);
}
