package io.sluice.http.channel;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;

/** Makes the body of an answer piece by piece. Asked for one piece at a time. */
public interface BodySource {

    /**
     * The next piece. Asked on a worker thread, once the piece before was handed to the connection; the stage may complete
     * on any thread, at any later time.
     */
    CompletionStage<Piece> next();

    /**
     * Told once, on any thread, also when {@link #next} was never asked: nothing more is wanted. Gives back what the source
     * holds and completes nothing.
     *
     * @param whole whether the last piece was handed to an open connection; false when the peer left before
     */
    void ended(boolean whole);

    /** @param last whether the body ends with this piece */
    record Piece(ByteBuffer bytes, boolean last) {}
}
