package io.sluice.store.table;

import io.sluice.model.SluiceException;

/** Neither a table's file nor its backup can be read; names both, the places of the damage, and the remedy. */
public final class DamagedTableException extends SluiceException {
    private static final long serialVersionUID = 1L;

    DamagedTableException(String message, Throwable cause) {
        super(message, cause);
    }
}
