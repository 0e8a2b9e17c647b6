package io.sluice.store;

import io.sluice.model.SluiceException;

/** Somebody else has the store open. */
public final class StoreInUseException extends SluiceException {
    private static final long serialVersionUID = 1L;

    StoreInUseException(String message) {
        super(message);
    }
}
