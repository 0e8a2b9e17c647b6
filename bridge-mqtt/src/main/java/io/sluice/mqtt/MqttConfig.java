package io.sluice.mqtt;

import io.sluice.mqtt.channel.ListenerSettings;
import io.sluice.mqtt.deliver.DeliveryLimits;
import io.sluice.mqtt.session.SessionLimits;
import java.util.Objects;

/**
 * Configuration of the MQTT door.
 *
 * @param listener  where it listens, and how long connections may take
 * @param sessions  bounds of sessions
 * @param delivery  bounds of the fan-out
 * @param closeMs   how long {@link MqttBridge#close} waits for clients to be told and wills to be stored; 0.., default 5000
 */
public record MqttConfig(ListenerSettings listener, SessionLimits sessions, DeliveryLimits delivery, int closeMs) {
    private static final int CLOSE_MS = 5000;

    public static final MqttConfig DEFAULTS =
            new MqttConfig(ListenerSettings.DEFAULTS, SessionLimits.DEFAULTS, DeliveryLimits.DEFAULTS, CLOSE_MS);

    public MqttConfig {
        Objects.requireNonNull(listener, "listener");
        Objects.requireNonNull(sessions, "sessions");
        Objects.requireNonNull(delivery, "delivery");
        if (closeMs < 0) {
            throw new IllegalArgumentException("closeMs %d is negative".formatted(closeMs));
        }
    }

    /** Everything as by default, on this address. @param port 0: a free one */
    public static MqttConfig on(String bindAddress, int port) {
        ListenerSettings defaults = ListenerSettings.DEFAULTS;
        return DEFAULTS.withListener(new ListenerSettings(
                bindAddress, port, defaults.ioThreads(), defaults.connectTimeoutMs(), defaults.writeStallMs()));
    }

    public MqttConfig withListener(ListenerSettings changed) {
        return new MqttConfig(changed, sessions, delivery, closeMs);
    }

    public MqttConfig withSessions(SessionLimits changed) {
        return new MqttConfig(listener, changed, delivery, closeMs);
    }

    public MqttConfig withDelivery(DeliveryLimits changed) {
        return new MqttConfig(listener, sessions, changed, closeMs);
    }
}
