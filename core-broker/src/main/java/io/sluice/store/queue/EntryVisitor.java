package io.sluice.store.queue;

/** Told of queue entries in order. */
@FunctionalInterface
public interface EntryVisitor {
    /**
     * @param queueOffset number of the entry
     * @param logOffset   where the record lies
     * @param size        bytes of the record
     * @param tagHash     see {@link EntryFilter#acceptsEntry}
     * @return {@code false} to end the walk after this entry
     */
    boolean entry(long queueOffset, long logOffset, int size, long tagHash);
}
