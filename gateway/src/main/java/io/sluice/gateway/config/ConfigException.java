package io.sluice.gateway.config;

import io.sluice.model.SluiceException;

/** A setting that cannot be used; the message names key, origin, value, what was expected and the remedy. */
public final class ConfigException extends SluiceException {
    private static final long serialVersionUID = 1L;

    public ConfigException(String message) {
        super(message);
    }

    public ConfigException(String message, Throwable cause) {
        super(message, cause);
    }
}
