package io.sluice.wire.frame;

import java.nio.ByteBuffer;

/** Is shown every frame before it is made a {@link Frame}, and may deal with it as it lies there. */
@FunctionalInterface
public interface FrameTaker {
    FrameTaker NONE = (head, body) -> false;

    /**
     * Runs on the event loop of the connection.
     *
     * @param head valid during the call
     * @param body between position and limit; valid during the call
     * @return whether the frame is dealt with; {@code false}: nothing has happened, and it goes the usual way
     */
    boolean take(FrameHead head, ByteBuffer body);
}
