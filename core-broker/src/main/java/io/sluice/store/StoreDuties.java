package io.sluice.store;

import io.sluice.store.dispatch.FlushDeadlines;
import io.sluice.store.dispatch.Indexer;
import io.sluice.store.dispatch.LogFlusher;
import io.sluice.store.log.SegmentPreparer;
import io.sluice.store.queue.QueueWriter;
import io.sluice.store.recovery.QueueMender;
import io.sluice.store.retention.Retention;

/**
 * What works in the background of a store.
 *
 * @param indexer {@code null} when keys are not indexed
 */
record StoreDuties(
        LogFlusher flusher,
        QueueWriter queueWriter,
        QueueMender mender,
        Indexer indexer,
        Retention retention,
        FlushDeadlines deadlines,
        SegmentPreparer preparer) {}
