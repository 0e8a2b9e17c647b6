package io.sluice.client.request;

import io.sluice.model.SluiceException;

/** The question was stored, but no reply came in time; whether anybody handled it is not known. */
public final class NoReplyException extends SluiceException {
    private static final long serialVersionUID = 1L;

    NoReplyException(String message) {
        super(message);
    }
}
