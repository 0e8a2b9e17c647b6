package io.sluice.perf.worker;

import java.util.Locale;
import java.util.Optional;

/** Client libraries that a load can go through. */
public enum ClientKind {
    /** Sluice's own client. */
    NATIVE("io.sluice.perf.load.NativeLoadClient", null, null),
    /** Frames encoded beforehand, for any broker that speaks the remoting protocol. */
    RAW("io.sluice.perf.load.RawLoadClient", null, null),
    /** MQTT 5 with quality of service 1. */
    MQTT("io.sluice.perf.load.MqttLoadClient", null, "mqtt"),
    /** One POST per message. */
    HTTP("io.sluice.perf.load.HttpLoadClient", null, "http"),
    /** JMS over the native protocol. */
    JMS("io.sluice.perf.load.JmsLoadClient", null, null),
    /** The unmodified Apache RocketMQ client. */
    APACHE("io.sluice.peers.rocketmq.RocketmqLoadClient", "rocketmq-load", null),
    /** The unmodified Apache Kafka client. */
    KAFKA("io.sluice.peers.kafka.KafkaLoadClient", "kafka", null);

    private final String type;
    private final String peer;
    private final String door;

    ClientKind(String type, String peer, String door) {
        this.type = type;
        this.peer = peer;
        this.door = door;
    }

    /** Class with a constructor that takes {@link io.sluice.perf.load.LoadSettings}. */
    String type() {
        return type;
    }

    /** Directory below {@code peers/} with the libraries of the client; empty: those of this module. */
    Optional<String> peer() {
        return Optional.ofNullable(peer);
    }

    /** Name of the door whose address the client is given; empty: that of the cluster. */
    public Optional<String> door() {
        return Optional.ofNullable(door);
    }

    /** Where a node with default ports is found. */
    public String defaultAddress() {
        return switch (this) {
            case MQTT -> "127.0.0.1:1883";
            case HTTP -> "127.0.0.1:8080";
            case KAFKA -> "127.0.0.1:9092";
            default -> "127.0.0.1:9876";
        };
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
