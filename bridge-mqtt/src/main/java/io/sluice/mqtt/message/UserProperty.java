package io.sluice.mqtt.message;

import java.util.Objects;

/** One name-value pair of the sender; names may repeat, order matters (MQTT-5.0 §3.3.2.3.7). */
public record UserProperty(String name, String value) {
    public UserProperty {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(value, "value");
    }
}
