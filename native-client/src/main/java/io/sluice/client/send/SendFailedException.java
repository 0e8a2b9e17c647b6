package io.sluice.client.send;

import io.sluice.model.SluiceException;
import io.sluice.port.Refusal;
import java.util.Objects;

/** A message was not stored, or nobody knows whether it was. */
public final class SendFailedException extends SluiceException {
    private static final long serialVersionUID = 1L;

    private final Refusal reason;
    private final boolean mayBeStored;

    SendFailedException(Refusal reason, boolean mayBeStored, String message) {
        super(message);
        this.reason = Objects.requireNonNull(reason, "reason");
        this.mayBeStored = mayBeStored;
    }

    /** Why the last try failed. */
    public Refusal reason() {
        return reason;
    }

    /** True when an answer got lost or came too late: sending again may make a duplicate. False: certainly not stored. */
    public boolean mayBeStored() {
        return mayBeStored;
    }
}
