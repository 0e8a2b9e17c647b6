package io.sluice.transport;

import io.sluice.wire.frame.Frame;
import java.util.concurrent.CompletionStage;

/** Answers the requests of one code. */
@FunctionalInterface
public interface RequestHandler {

    /**
     * Runs on the lane of its row. The request and its body are valid until the stage completes. A failed stage or an
     * exception is answered with code 1 and the message of the exception. The answer to a one-way request is released
     * unsent. The stage may complete on any thread.
     */
    CompletionStage<Frame> handle(Frame request, Peer peer);
}
