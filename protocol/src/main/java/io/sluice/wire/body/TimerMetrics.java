package io.sluice.wire.body;

import java.util.Map;

/** Timed messages that wait, by topic. */
public record TimerMetrics(Map<String, Metric> timingCount, DataVersion dataVersion) implements Body {

    /** @param timeStamp of the last change, epoch ms */
    public record Metric(long count, long timeStamp) {}
}
