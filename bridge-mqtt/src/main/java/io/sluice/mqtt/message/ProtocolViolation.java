package io.sluice.mqtt.message;

import io.sluice.model.SluiceException;
import java.util.Objects;

/** A client did what the standard forbids or this server does not do; its connection ends with the reason. */
public final class ProtocolViolation extends SluiceException {
    private static final long serialVersionUID = 1L;

    private final ReasonCode reason;

    /** @param message what came, what was expected, and the remedy; told to MQTT 5 clients as Reason String */
    public ProtocolViolation(ReasonCode reason, String message) {
        super(message);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    public ReasonCode reason() {
        return reason;
    }
}
