package io.sluice.port;

import io.sluice.model.SluiceException;
import java.util.Objects;

/** The broker turned a question down; the stage of the question fails with this. */
public final class RefusedException extends SluiceException {
    private static final long serialVersionUID = 1L;

    private final Refusal reason;

    /** @param message what was refused, what was expected, and the remedy */
    public RefusedException(Refusal reason, String message) {
        super(message);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    public Refusal reason() {
        return reason;
    }
}
