package io.sluice.wire.body;

import io.sluice.wire.json.Absent;
import io.sluice.wire.json.KeyStyle;
import io.sluice.wire.json.Named;
import java.util.Map;
import java.util.Set;

/**
 * What a consumer does at this moment.
 *
 * @param jstack stacks of its threads, when asked for
 */
public record ConsumerRunningInfo(
        Map<String, String> properties,
        Set<SubscriptionData> subscriptionSet,
        Map<QueueRef, QueueInfo> mqTable,
        Map<QueueRef, PopQueueInfo> mqPopTable,
        Map<String, TopicStatus> statusTable,
        Map<String, String> userConsumerInfo,
        @Absent String jstack)
        implements Body {

    /** One queue that is pulled; times are epoch ms. */
    public record QueueInfo(
            long commitOffset,
            long cachedMsgMinOffset,
            long cachedMsgMaxOffset,
            int cachedMsgCount,
            int cachedMsgSizeInMiB,
            long transactionMsgMinOffset,
            long transactionMsgMaxOffset,
            int transactionMsgCount,
            boolean locked,
            long tryUnlockTimes,
            long lastLockTimestamp,
            @Named("droped") boolean dropped,
            long lastPullTimestamp,
            long lastConsumeTimestamp) {}

    /** One queue that is popped. */
    public record PopQueueInfo(
            int waitAckCount, @Named("droped") boolean dropped, long lastPopTimestamp) {}

    /** Rates (per second) and times (ms) of one topic. */
    public record TopicStatus(
            double pullRT,
            double pullTPS,
            double consumeRT,
            double consumeOKTPS,
            double consumeFailedTPS,
            long consumeFailedMsgs) {}

    /** Peers in other languages are known to expect the bare form of this one. */
    @Override
    public KeyStyle keyStyle() {
        return KeyStyle.BARE;
    }
}
