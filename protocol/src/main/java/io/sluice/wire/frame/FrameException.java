package io.sluice.wire.frame;

import io.sluice.model.SluiceException;

/** The bytes are not a frame, or a frame cannot be written; after a damaged frame the connection has lost its place. */
public final class FrameException extends SluiceException {
    private static final long serialVersionUID = 1L;

    public FrameException(String message) {
        super(message);
    }

    public FrameException(String message, Throwable cause) {
        super(message, cause);
    }
}
