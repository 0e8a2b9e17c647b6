package io.sluice.broker.lease;

import io.sluice.port.OffsetRange;
import io.sluice.store.MessageStore;
import io.sluice.store.QueueRead;
import io.sluice.store.log.AppendResult;
import io.sluice.store.queue.EntryFilter;
import io.sluice.store.queue.EntryVisitor;
import io.sluice.wire.message.NewRecord;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The store as this room sees it. */
record StoreLeaseLog(MessageStore store) implements LeaseLog {
    @Override
    public OffsetRange range(String topic, int queueId) {
        return store.range(topic, queueId);
    }

    @Override
    public QueueRead read(
            String topic, int queueId, long fromOffset, EntryFilter filter, int maxMessages, int maxBytes) {
        return store.read(topic, queueId, fromOffset, filter, maxMessages, maxBytes);
    }

    @Override
    public QueueRead readRuns(
            String topic, int queueId, long fromOffset, EntryFilter filter, int maxMessages, int maxBytes) {
        return store.readRuns(topic, queueId, fromOffset, filter, maxMessages, maxBytes);
    }

    @Override
    public boolean isCold(String topic, int queueId, long offset) {
        LogPlace place = new LogPlace();
        store.entries(topic, queueId, offset, offset + 1, place);
        return place.logOffset >= 0 && !store.isRecent(place.logOffset);
    }

    @Override
    public boolean mendNow() {
        return store.mendNow();
    }

    @Override
    public long end() {
        return store.logRange().max();
    }

    @Override
    public boolean force(long logOffset) {
        return store.force(logOffset);
    }

    @Override
    public CompletionStage<AppendResult> append(NewRecord record) {
        return store.append(record);
    }

    @Override
    public CompletionStage<List<AppendResult>> appendBundle(List<NewRecord> records) {
        return store.appendBundle(records);
    }

    @Override
    public CompletionStage<List<AppendResult>> appendFreeing(List<NewRecord> records) {
        return store.appendFreeing(records);
    }

    private static final class LogPlace implements EntryVisitor {
        private long logOffset = -1;

        @Override
        public boolean entry(long queueOffset, long logOffset, int size, long tagHash) {
            this.logOffset = logOffset;
            return false;
        }
    }
}
