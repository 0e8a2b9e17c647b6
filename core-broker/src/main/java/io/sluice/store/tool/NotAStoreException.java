package io.sluice.store.tool;

import io.sluice.model.SluiceException;

/** The directory cannot be looked at as a store; the message says why and what to do. */
public final class NotAStoreException extends SluiceException {
    private static final long serialVersionUID = 1L;

    NotAStoreException(String message) {
        super(message);
    }
}
