package io.sluice.mqtt.topic;

import io.sluice.model.SluiceException;

/** A topic name or filter that breaks a rule of MQTT §4.7, or one that this door cannot map to a native topic. */
public final class IllegalTopicException extends SluiceException {
    private static final long serialVersionUID = 1L;

    public IllegalTopicException(String message) {
        super(message);
    }
}
