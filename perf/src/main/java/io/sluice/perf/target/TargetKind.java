package io.sluice.perf.target;

import java.util.Locale;

/** Programs that can be measured. */
public enum TargetKind {
    SLUICE("Sluice"),
    ROCKETMQ("RocketMQ 5.5.0"),
    KAFKA("Kafka 4.4.0");

    private final String title;

    TargetKind(String title) {
        this.title = title;
    }

    public String title() {
        return title;
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
