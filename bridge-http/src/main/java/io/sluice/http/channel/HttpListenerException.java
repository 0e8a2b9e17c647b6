package io.sluice.http.channel;

import io.sluice.model.SluiceException;

/** The listener cannot be started. */
public final class HttpListenerException extends SluiceException {
    private static final long serialVersionUID = 1L;

    HttpListenerException(String message, Throwable cause) {
        super(message, cause);
    }
}
