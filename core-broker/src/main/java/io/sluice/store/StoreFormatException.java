package io.sluice.store;

import io.sluice.model.SluiceException;

/** The directory holds a store of a kind that cannot be opened, or configured otherwise than its files are. */
public final class StoreFormatException extends SluiceException {
    private static final long serialVersionUID = 1L;

    StoreFormatException(String message) {
        super(message);
    }
}
