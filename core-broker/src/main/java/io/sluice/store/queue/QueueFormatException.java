package io.sluice.store.queue;

import io.sluice.model.SluiceException;

/** Queue files have another length than configured; names both and the remedy. */
public final class QueueFormatException extends SluiceException {
    private static final long serialVersionUID = 1L;

    QueueFormatException(String message) {
        super(message);
    }
}
