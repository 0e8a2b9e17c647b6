package io.sluice.wire.frame;

import io.sluice.model.SluiceException;

/** An extension field is missing or is not of its type; the message names the field, never its contents. */
public final class FieldException extends SluiceException {
    private static final long serialVersionUID = 1L;

    public FieldException(String message) {
        super(message);
    }
}
