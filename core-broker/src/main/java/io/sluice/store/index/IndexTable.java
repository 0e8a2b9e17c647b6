package io.sluice.store.index;

import java.util.List;

/**
 * How far the index was: what recovery starts from.
 *
 * @param indexedTo the keys of every record below this log offset are in the files
 */
public record IndexTable(long indexedTo, List<Line> lines) {

    /**
     * One file.
     *
     * @param beginStoredAt store time of its first entry, epoch milliseconds
     * @param endLogOffset  place of the last record with an entry in it
     * @param nextEntry     number of the next entry
     * @param sum           over key hash, place and time of every entry, in order; 0 when nobody computed it
     */
    public record Line(String name, long beginStoredAt, long endLogOffset, int nextEntry, long sum) {}
}
