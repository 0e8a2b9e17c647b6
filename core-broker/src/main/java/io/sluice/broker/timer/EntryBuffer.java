package io.sluice.broker.timer;

import java.util.TreeMap;
import java.util.function.Consumer;

/** The newest entries, in memory. A message and the note that it is gone vanish when they meet. Confined to one thread. */
final class EntryBuffer implements EntrySource {
    private final TreeMap<TimerEntry, TimerEntry> entries = new TreeMap<>(TimerEntry.ORDER);

    void add(TimerEntry entry) {
        TimerEntry same = entries.get(entry);
        if (same != null && same.isGone() != entry.isGone()) {
            entries.remove(entry);
        } else {
            entries.put(entry, entry);
        }
    }

    int size() {
        return entries.size();
    }

    /** The entry of this place in the order, or {@code null}. */
    TimerEntry find(TimerEntry wanted) {
        return entries.get(wanted);
    }

    @Override
    public TimerEntry head() {
        return entries.isEmpty() ? null : entries.firstEntry().getValue();
    }

    @Override
    public void advance() {
        entries.pollFirstEntry();
    }

    Iterable<TimerEntry> all() {
        return entries.values();
    }

    void forEach(Consumer<TimerEntry> each) {
        entries.values().forEach(each);
    }

    void clear() {
        entries.clear();
    }
}
