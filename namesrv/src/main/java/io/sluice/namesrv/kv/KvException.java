package io.sluice.namesrv.kv;

import io.sluice.model.SluiceException;

/** A setting was not kept. */
public final class KvException extends SluiceException {
    private static final long serialVersionUID = 1L;

    public KvException(String message) {
        super(message);
    }

    public KvException(String message, Throwable cause) {
        super(message, cause);
    }
}
