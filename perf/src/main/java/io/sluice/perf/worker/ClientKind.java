package io.sluice.perf.worker;

import io.sluice.perf.load.Reading;
import io.sluice.perf.load.SendStyle;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Client libraries that a load can go through, and what each can do; what it is asked for by default comes first. */
public enum ClientKind {
    /** Sluice's own client. */
    NATIVE(
            "io.sluice.perf.load.NativeLoadClient",
            null,
            null,
            styles(SendStyle.SYNC, SendStyle.ASYNC, SendStyle.BATCH, SendStyle.ONE_WAY),
            readings(Reading.PUSH, Reading.PULL, Reading.LEASE)),
    /** Frames encoded beforehand, for any broker that speaks the remoting protocol. */
    RAW("io.sluice.perf.load.RawLoadClient", null, null, styles(SendStyle.ASYNC), List.of()),
    /** MQTT 5 with quality of service 1; one-way with 0. */
    MQTT(
            "io.sluice.perf.load.MqttLoadClient",
            null,
            "mqtt",
            styles(SendStyle.SYNC, SendStyle.ASYNC, SendStyle.ONE_WAY),
            readings(Reading.PUSH)),
    /** One POST per message. */
    HTTP(
            "io.sluice.perf.load.HttpLoadClient",
            null,
            "http",
            styles(SendStyle.SYNC),
            readings(Reading.LEASE, Reading.PULL)),
    /** JMS over the native protocol. */
    JMS(
            "io.sluice.perf.load.JmsLoadClient",
            null,
            null,
            styles(SendStyle.SYNC, SendStyle.ASYNC),
            readings(Reading.PUSH, Reading.PULL)),
    /** The unmodified Apache RocketMQ client. */
    APACHE(
            "io.sluice.peers.rocketmq.RocketmqLoadClient",
            "rocketmq-load",
            null,
            styles(SendStyle.SYNC, SendStyle.ASYNC, SendStyle.BATCH, SendStyle.ONE_WAY),
            readings(Reading.PUSH, Reading.PULL)),
    /** The unmodified Apache Kafka client. */
    KAFKA(
            "io.sluice.peers.kafka.KafkaLoadClient",
            "kafka",
            null,
            styles(SendStyle.SYNC, SendStyle.ASYNC),
            readings(Reading.PULL));

    private final String type;
    private final String peer;
    private final String door;
    private final List<SendStyle> styles;
    private final List<Reading> readings;

    ClientKind(String type, String peer, String door, List<SendStyle> styles, List<Reading> readings) {
        this.type = type;
        this.peer = peer;
        this.door = door;
        this.styles = styles;
        this.readings = readings;
    }

    private static List<SendStyle> styles(SendStyle... all) {
        return Arrays.asList(all);
    }

    private static List<Reading> readings(Reading... all) {
        return Arrays.asList(all);
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

    public List<SendStyle> styles() {
        return styles;
    }

    /** Empty for a client that only sends. */
    public List<Reading> readings() {
        return readings;
    }

    /** Whether a second group gets the same messages again. */
    boolean hasGroups() {
        return this != JMS;
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
