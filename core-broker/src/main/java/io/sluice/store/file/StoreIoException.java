package io.sluice.store.file;

import io.sluice.model.SluiceException;

/** The file system refused something that the store cannot do without; names the file and what was wanted of it. */
public final class StoreIoException extends SluiceException {
    private static final long serialVersionUID = 1L;

    public StoreIoException(String message, Throwable cause) {
        super(message + (cause == null ? "" : ": " + cause.getMessage()), cause);
    }
}
