package io.sluice.store.queue;

import java.util.List;

/**
 * How far every queue was when the log had reached a position: what recovery starts from instead of looking into each file.
 *
 * @param position   log offset; every record below it has its entry
 * @param lastRecord where the last record below the position begins, -1 when there was none
 */
public record QueueTable(long position, long lastRecord, List<Line> lines) {

    /**
     * @param start lowest entry that was ever known
     * @param next  number of the next entry
     */
    public record Line(QueueKey queue, long start, long next) {}
}
