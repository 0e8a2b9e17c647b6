package io.sluice.wire.body;

import io.sluice.wire.json.Absent;
import java.util.List;
import java.util.Optional;

/** Entries of one queue as the index holds them. */
public record ConsumeQueueEntries(
        Optional<SubscriptionData> subscriptionData,
        @Absent String filterData,
        List<Entry> queueData,
        long minQueueIndex,
        long maxQueueIndex)
        implements Body {

    /**
     * @param physicOffset where the record lies in the CommitLog
     * @param tagsCode     hash of the tag
     * @param eval         whether the filter of the group lets it pass
     */
    public record Entry(
            long physicOffset,
            int physicSize,
            long tagsCode,
            @Absent String extendDataJson,
            @Absent String bitMap,
            boolean eval,
            @Absent String msg) {}
}
