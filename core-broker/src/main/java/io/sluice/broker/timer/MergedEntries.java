package io.sluice.broker.timer;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Several sources as one, in order. A message and the note that it is gone meet here, since both have the same place in the
 * order, and both vanish; a note without its message stays. Confined to one thread.
 */
final class MergedEntries implements EntrySource {
    private final List<? extends EntrySource> sources;

    /** @param sources may change between two calls */
    MergedEntries(List<? extends EntrySource> sources) {
        this.sources = sources;
    }

    @Override
    public TimerEntry head() {
        while (true) {
            TimerEntry first = first();
            if (first == null) {
                return null;
            }
            boolean waits = false;
            boolean gone = false;
            for (EntrySource source : sources) {
                TimerEntry head = source.head();
                if (head != null && head.isSame(first)) {
                    waits |= !head.isGone();
                    gone |= head.isGone();
                }
            }
            if (!waits || !gone) {
                return first;
            }
            stepOver(first);
        }
    }

    private TimerEntry first() {
        TimerEntry first = null;
        for (EntrySource source : sources) {
            TimerEntry head = source.head();
            if (head != null && (first == null || head.isBefore(first))) {
                first = head;
            }
        }
        return first;
    }

    @Override
    public void advance() {
        stepOver(head());
    }

    private void stepOver(TimerEntry entry) {
        for (EntrySource source : sources) {
            TimerEntry head = source.head();
            if (head != null && head.isSame(entry)) {
                source.advance();
            }
        }
    }

    /** The rest, once. */
    Iterable<TimerEntry> rest() {
        return () -> new Iterator<>() {
            @Override
            public boolean hasNext() {
                return head() != null;
            }

            @Override
            public TimerEntry next() {
                TimerEntry next = head();
                if (next == null) {
                    throw new NoSuchElementException("no entry is left");
                }
                stepOver(next);
                return next;
            }
        };
    }
}
