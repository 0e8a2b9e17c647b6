package io.sluice.broker.lease;

import io.sluice.port.OffsetRange;
import io.sluice.store.QueueRead;
import io.sluice.store.log.AppendResult;
import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.message.NewRecord;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** What this room needs of the store. Safe for many threads. */
interface LeaseLog {

    /** See {@link io.sluice.store.MessageStore#range}. */
    OffsetRange range(String topic, int queueId);

    /** See {@link io.sluice.store.MessageStore#read}. */
    QueueRead read(String topic, int queueId, long fromOffset, EntryFilter filter, int maxMessages, int maxBytes);

    /** As {@link #read}, but messages that lie next to each other in the log, with nothing left out between, may be one slice. */
    default QueueRead readRuns(
            String topic, int queueId, long fromOffset, EntryFilter filter, int maxMessages, int maxBytes) {
        return read(topic, queueId, fromOffset, filter, maxMessages, maxBytes);
    }

    /** Whether reading the message of this entry may wait for the disk. */
    boolean isCold(String topic, int queueId, long offset);

    /** See {@link io.sluice.store.MessageStore#mendNow}. */
    boolean mendNow();

    /** Byte of the log that is written next. */
    long end();

    /** See {@link io.sluice.store.MessageStore#force}. */
    boolean force(long logOffset);

    /** See {@link io.sluice.store.MessageStore#append}. */
    CompletionStage<AppendResult> append(NewRecord record);

    /** See {@link io.sluice.store.MessageStore#appendBundle}. */
    CompletionStage<List<AppendResult>> appendBundle(List<NewRecord> records);

    /** See {@link io.sluice.store.MessageStore#appendFreeing}. */
    CompletionStage<List<AppendResult>> appendFreeing(List<NewRecord> records);
}
