package io.sluice.transport;

import io.sluice.wire.frame.Frame;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The other end of one connection. Safe for many threads; two peers are equal only if they are the same connection. */
public interface Peer {

    InetSocketAddress remoteAddress();

    /** The address of this side, whose port tells which listener the peer came in by. */
    InetSocketAddress localAddress();

    boolean isOpen();

    /** What was kept for this connection under the slot. */
    <T> Optional<T> get(PeerSlot<T> slot);

    /** Keeps a value as long as the connection lives. */
    <T> void put(PeerSlot<T> slot, T value);

    /**
     * Asks the peer. The stage completes with the answer, whatever its code, on the event loop of the connection, which
     * must not be blocked; or fails with {@link RemotingException}. The body of the answer lies on the heap.
     */
    CompletionStage<Frame> call(Frame request, Duration timeout);

    /** Tells the peer something it does not answer; dropped with its body when the connection is closed or congested. */
    void oneWay(Frame request);

    /**
     * Runs a short step on the event loop of the connection, never at once: when this is called while a read of the connection
     * is being worked on, at the end of that read, so that what the step writes leaves together with the other answers.
     *
     * @throws java.util.concurrent.RejectedExecutionException when the loop has ended
     */
    void soon(Runnable step);

    /** Runs once when the connection has ended, on its event loop; at once on the calling thread when it has ended already. */
    void onClose(Runnable listener);

    /** Ends the connection after what was written; the reason goes to the log. Twice is harmless. */
    void close(String reason);
}
