package io.sluice.broker.pull;

import io.sluice.filter.CompiledFilter;
import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.message.MessageView;
import java.nio.ByteBuffer;

/**
 * A compiled filter as the store asks it: the tag's hash first, the message only if need be.
 *
 * @param byHashOnly whether a tag filter is content with the hash, because the reader compares the tags themselves
 */
record MessageFilter(CompiledFilter filter, boolean byHashOnly) implements EntryFilter {

    static EntryFilter of(CompiledFilter filter, boolean readerChecksTags) {
        return filter == CompiledFilter.ALL
                ? EntryFilter.ALL
                : new MessageFilter(filter, readerChecksTags && filter instanceof CompiledFilter.OneOfTags);
    }

    @Override
    public boolean acceptsEntry(long queueOffset, long tagHash) {
        return filter.mayMatchTagHash(tagHash);
    }

    @Override
    public boolean looksAtRecords() {
        return !byHashOnly;
    }

    @Override
    public boolean acceptsRecord(long queueOffset, ByteBuffer record) {
        return byHashOnly || filter.matches(MessageView.of(record));
    }
}
