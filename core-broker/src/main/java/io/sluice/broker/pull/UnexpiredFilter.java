package io.sluice.broker.pull;

import io.sluice.broker.topic.Expiry;
import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.message.MessageView;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.function.LongConsumer;

/**
 * A filter on a topic whose messages may be over: leaves those out, whatever the reader wants.
 *
 * @param wanted  what the reader wants
 * @param expired told how many were left out
 */
record UnexpiredFilter(EntryFilter wanted, Expiry expiry, InstantSource clock, LongConsumer expired)
        implements EntryFilter {

    @Override
    public boolean acceptsEntry(long queueOffset, long tagHash) {
        return wanted.acceptsEntry(queueOffset, tagHash);
    }

    @Override
    public boolean acceptsRecord(long queueOffset, ByteBuffer record) {
        if (wanted.looksAtRecords() && !wanted.acceptsRecord(queueOffset, record)) {
            return false;
        }
        if (expiry.isOver(MessageView.of(record), clock.millis())) {
            expired.accept(1);
            return false;
        }
        return true;
    }
}
