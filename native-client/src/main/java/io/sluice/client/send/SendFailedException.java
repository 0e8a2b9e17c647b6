package io.sluice.client.send;

import io.sluice.model.SluiceException;
import io.sluice.port.Refusal;
import java.util.Objects;

/** A message was not stored, or nobody knows whether it was. */
public final class SendFailedException extends SluiceException {
    private static final long serialVersionUID = 1L;

    private final Refusal reason;
    private final boolean mayBeStored;
    private final boolean oneWay;

    SendFailedException(Refusal reason, boolean mayBeStored, String message) {
        this(reason, mayBeStored, false, message);
    }

    SendFailedException(Refusal reason, boolean mayBeStored, boolean oneWay, String message) {
        super(message);
        this.oneWay = oneWay;
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

    /** No failure: the message has left and nobody asked for an answer. Told to interceptors, never to senders. */
    public boolean isOneWay() {
        return oneWay;
    }
}
