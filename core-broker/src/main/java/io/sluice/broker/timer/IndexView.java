package io.sluice.broker.timer;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** What waited at one moment. Read once, by one thread, then closed. */
final class IndexView implements AutoCloseable {
    private final List<TimerEntry> newest;
    private final List<Part> parts;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** @param run held for this view */
    record Part(Run run, long position) {}

    IndexView(List<TimerEntry> newest, List<Part> parts) {
        this.newest = newest;
        this.parts = parts;
    }

    /** Messages and lone notes that one is gone, in order. */
    Iterable<TimerEntry> entries() {
        List<EntrySource> sources = new ArrayList<>();
        sources.add(new Listed(newest.iterator()));
        parts.forEach(part -> sources.add(new RunCursor(part.run(), part.position())));
        return new MergedEntries(sources).rest();
    }

    private static final class Listed implements EntrySource {
        private final Iterator<TimerEntry> rest;
        private TimerEntry head;

        Listed(Iterator<TimerEntry> rest) {
            this.rest = rest;
            advance();
        }

        @Override
        public TimerEntry head() {
            return head;
        }

        @Override
        public void advance() {
            head = rest.hasNext() ? rest.next() : null;
        }
    }

    /** Twice is harmless. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            parts.forEach(part -> part.run().release());
        }
    }
}
