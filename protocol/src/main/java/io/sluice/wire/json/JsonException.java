package io.sluice.wire.json;

import io.sluice.model.SluiceException;

/** The bytes are not the JSON that was expected; the message names the place and the expectation, never the contents. */
public final class JsonException extends SluiceException {
    private static final long serialVersionUID = 1L;

    public JsonException(String message) {
        super(message);
    }

    public JsonException(String message, Throwable cause) {
        super(message, cause);
    }
}
