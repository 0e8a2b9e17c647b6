package io.sluice.wire.body;

import java.util.List;

/** How old what a group reads is, per queue. */
public record ConsumeTimeSpans(List<QueueTimeSpan> consumeTimeSpanSet) implements Body {

    /**
     * Times are store times, epoch ms.
     *
     * @param delayTime age of the next message to consume, ms
     */
    public record QueueTimeSpan(
            QueueRef messageQueue, long minTimeStamp, long maxTimeStamp, long consumeTimeStamp, long delayTime) {}
}
