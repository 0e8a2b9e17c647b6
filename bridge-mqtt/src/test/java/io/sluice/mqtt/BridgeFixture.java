package io.sluice.mqtt;

import io.sluice.model.Message;
import io.sluice.model.MessageProperties;
import io.sluice.model.TopicName;
import io.sluice.mqtt.channel.ListenerSettings;
import io.sluice.mqtt.deliver.DeliveryLimits;
import io.sluice.mqtt.session.SessionLimits;
import io.sluice.port.BrokerPort;
import io.sluice.port.Placement;
import io.sluice.port.contract.MemoryBroker;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A broker on the heap with an MQTT door on a free port. */
final class BridgeFixture implements AutoCloseable {
    final MemoryBroker broker = new MemoryBroker();
    final MqttBridge bridge;

    BridgeFixture() {
        this(config -> config);
    }

    BridgeFixture(UnaryOperator<MqttConfig> changes) {
        this(changes, port -> port);
    }

    BridgeFixture(UnaryOperator<MqttConfig> changes, UnaryOperator<BrokerPort> before) {
        MqttConfig config =
                MqttConfig.on("127.0.0.1", 0).withDelivery(new DeliveryLimits(1000, 8 << 20, 10_000, 50, 128));
        bridge = MqttBridge.open(changes.apply(config), before.apply(broker));
        bridge.start();
    }

    int port() {
        return bridge.localPort();
    }

    String uri() {
        return "tcp://127.0.0.1:" + port();
    }

    /** A message that comes in by another door. */
    void sendFromElsewhere(String topic, String text, Map<String, String> properties) {
        broker.writer()
                .send(
                        new Message(
                                new TopicName(topic),
                                text.getBytes(StandardCharsets.UTF_8),
                                MessageProperties.of(properties),
                                0,
                                System.currentTimeMillis()),
                        Placement.ANY)
                .toCompletableFuture()
                .join();
    }

    @Override
    public void close() {
        bridge.close();
        broker.close();
    }

    // ---- configurations that tests ask for ----

    static SessionLimits limits(UnaryOperator<Limits> changes) {
        return changes.apply(new Limits()).build();
    }

    /** Limits of sessions by name; what is not set is as by default. */
    static final class Limits {
        private final SessionLimits defaults = SessionLimits.DEFAULTS;
        private int sessionsMax = defaults.sessionsMax();
        private int clientIdMax = defaults.clientIdMax();
        private int maxPacketBytes = defaults.maxPacketBytes();
        private int keepAliveMaxSeconds = defaults.keepAliveMaxSeconds();
        private int receiveMaximum = defaults.receiveMaximum();
        private int publishBytesMax = defaults.publishBytesMax();
        private int subscriptionsMax = defaults.subscriptionsMax();
        private int subscribeTimeoutMs = defaults.subscribeTimeoutMs();
        private int slowConsumerMs = defaults.slowConsumerMs();

        Limits sessionsMax(int value) {
            sessionsMax = value;
            return this;
        }

        Limits clientIdMax(int value) {
            clientIdMax = value;
            return this;
        }

        Limits maxPacketBytes(int value) {
            maxPacketBytes = value;
            return this;
        }

        Limits keepAliveMaxSeconds(int value) {
            keepAliveMaxSeconds = value;
            return this;
        }

        Limits receiveMaximum(int value) {
            receiveMaximum = value;
            return this;
        }

        Limits publishBytesMax(int value) {
            publishBytesMax = value;
            return this;
        }

        Limits subscriptionsMax(int value) {
            subscriptionsMax = value;
            return this;
        }

        Limits subscribeTimeoutMs(int value) {
            subscribeTimeoutMs = value;
            return this;
        }

        Limits slowConsumerMs(int value) {
            slowConsumerMs = value;
            return this;
        }

        SessionLimits build() {
            return new SessionLimits(
                    sessionsMax,
                    clientIdMax,
                    maxPacketBytes,
                    keepAliveMaxSeconds,
                    receiveMaximum,
                    publishBytesMax,
                    defaults.topicAliasMaximum(),
                    defaults.outboundWindow(),
                    subscriptionsMax,
                    subscribeTimeoutMs,
                    slowConsumerMs);
        }
    }

    static ListenerSettings listener(int connectTimeoutMs, int writeStallMs) {
        return new ListenerSettings("127.0.0.1", 0, 1, connectTimeoutMs, writeStallMs);
    }
}
