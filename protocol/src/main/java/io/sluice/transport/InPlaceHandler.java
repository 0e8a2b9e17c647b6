package io.sluice.transport;

import io.sluice.wire.frame.Fields;
import io.sluice.wire.frame.FrameHead;
import java.nio.ByteBuffer;

/**
 * Answers the plain requests of one code as they lie in the memory of the connection, at once, so that nothing is made per
 * request. What is not plain it leaves to the {@link RequestHandler} of the code.
 */
@FunctionalInterface
public interface InPlaceHandler {

    /** Takes the answer of the request at hand; that of a one-way request is dropped. */
    @FunctionalInterface
    interface Answer {
        /** @param fields written before this returns; not kept */
        void give(int code, Fields fields);
    }

    /**
     * Runs on the event loop of the connection and never blocks. An exception is answered as one of a {@link RequestHandler}
     * is.
     *
     * @param head valid during the call
     * @param body between position and limit; valid during the call
     * @return whether the request is answered; {@code false}: nothing has happened, and it goes the usual way
     */
    boolean handle(FrameHead head, ByteBuffer body, Peer peer, Answer answer);
}
