package io.sluice.wire.body;

/** One statistic over three spans of time. */
public record BrokerStats(Item statsMinute, Item statsHour, Item statsDay) implements Body {

    /** @param avgpt average per call */
    public record Item(long sum, double tps, double avgpt) {}
}
