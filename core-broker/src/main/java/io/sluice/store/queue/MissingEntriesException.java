package io.sluice.store.queue;

import io.sluice.model.SluiceException;

/** A queue's file lacks an entry that was in it; the entry can be made again from the log. */
public final class MissingEntriesException extends SluiceException {
    private static final long serialVersionUID = 1L;

    private final transient QueueKey queue;
    private final long entry;

    MissingEntriesException(QueueKey queue, long entry) {
        super("entry %d of queue %s is not in its file; it is made again from the log".formatted(entry, queue));
        this.queue = queue;
        this.entry = entry;
    }

    public QueueKey queue() {
        return queue;
    }

    public long entry() {
        return entry;
    }
}
