package io.sluice.transport;

import io.sluice.model.SluiceException;
import java.util.Objects;

/** A request got no answer; {@link #reason} says why, so that a caller can decide about trying again. */
public final class RemotingException extends SluiceException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    public RemotingException(Reason reason, String message) {
        super(message);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    public RemotingException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    public Reason reason() {
        return reason;
    }

    /** Why there is no answer. */
    public enum Reason {
        /** The connection could not be made; the request was not sent. */
        CONNECT_FAILED,
        /** The request could not be written, or is too large; it had no effect. */
        NOT_SENT,
        /** No answer in time; the request may have had its effect. */
        TIMED_OUT,
        /** The connection ended before the answer came; the request may have had its effect. */
        CONNECTION_LOST,
        /** Too many requests wait for answers already; the request was not sent. */
        TOO_MANY_PENDING,
        /** This side was closed. */
        CLOSED
    }
}
