package io.sluice.broker.timer;

import io.sluice.store.file.Disk;
import io.sluice.store.file.StoreIoException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Everything that waits, in the order in which it is due: the newest entries in a buffer, the others in runs on the disk, of
 * which only the heads are in memory. Confined to the timer thread.
 *
 * <p>Bounded: {@value #BUFFER_MAX} entries in memory; a full buffer becomes a run. Over {@value #RUNS_MERGE} runs the small
 * ones are to be merged, at {@value #RUNS_MAX} nothing is taken in until they were.
 */
final class TimerIndex {
    static final int BUFFER_MAX = 65_536;
    static final int RUNS_MERGE = 24;
    static final int RUNS_MAX = 96;
    private static final int MERGE_AT_ONCE = 16;
    private static final String SUFFIX = ".run";

    private final Disk disk;
    private final Path directory;
    private final int bufferMax;
    private final EntryBuffer buffer = new EntryBuffer();
    private final List<EntrySource> sources = new ArrayList<>();
    private final List<RunCursor> cursors = new ArrayList<>();
    private final MergedEntries merged = new MergedEntries(sources);
    /** Runs that nobody needs any more except the last snapshot. */
    private final List<Run> retired = new ArrayList<>();

    private long bufferMinLogOffset = Long.MAX_VALUE;
    private long lastId;
    private boolean directoryIsThere;

    /** @param position of the first entry that waits */
    record Place(long id, long position) {}

    /** Runs that become one: read from these positions on. */
    record MergeOrder(long id, List<RunCursor> inputs, long atMost) {}

    TimerIndex(Disk disk, Path directory, int bufferMax) {
        this.disk = disk;
        this.directory = directory;
        this.bufferMax = bufferMax;
        sources.add(buffer);
    }

    /**
     * Opens the runs of a snapshot and deletes all others.
     *
     * @param lastId number of the last run that may have been written; new ones get higher numbers
     * @throws IllegalArgumentException saying which run is damaged or missing; then none is open
     */
    static TimerIndex open(Disk disk, Path directory, int bufferMax, List<Place> places, long lastId) {
        TimerIndex index = new TimerIndex(disk, directory, bufferMax);
        index.lastId = lastId;
        try {
            for (Place place : places) {
                Run run = Run.open(disk, index.fileOf(place.id()), place.id());
                index.put(new RunCursor(run, place.position()));
                index.lastId = Math.max(index.lastId, place.id());
            }
        } catch (IllegalArgumentException damaged) {
            index.close();
            throw damaged;
        }
        index.deleteOthers(places);
        return index;
    }

    private void deleteOthers(List<Place> places) {
        Set<String> kept = new HashSet<>();
        places.forEach(place -> kept.add(fileOf(place.id()).getFileName().toString()));
        try {
            for (Disk.Entry entry : disk.list(directory)) {
                if (entry.name().endsWith(SUFFIX) && !kept.contains(entry.name())) {
                    disk.delete(directory.resolve(entry.name()));
                }
            }
        } catch (IOException failed) {
            throw new StoreIoException("the timer index in %s cannot be opened".formatted(directory), failed);
        }
    }

    private Path fileOf(long id) {
        return directory.resolve("%020d%s".formatted(id, SUFFIX));
    }

    private void put(RunCursor cursor) {
        if (cursor.head() == null) {
            retired.add(cursor.run());
            return;
        }
        cursors.add(cursor);
        sources.add(cursor);
    }

    boolean isFull() {
        return cursors.size() >= RUNS_MAX;
    }

    void add(TimerEntry entry) {
        buffer.add(entry);
        if (!entry.isGone()) {
            bufferMinLogOffset = Math.min(bufferMinLogOffset, entry.logOffset());
        }
        if (buffer.size() >= bufferMax) {
            spill();
        }
    }

    /** Writes the buffer to a run, not forced. */
    void spill() {
        if (buffer.size() == 0) {
            return;
        }
        ensureDirectory();
        long id = ++lastId;
        put(new RunCursor(Run.write(disk, fileOf(id), id, buffer.all(), buffer.size()), 0));
        buffer.clear();
        bufferMinLogOffset = Long.MAX_VALUE;
    }

    private void ensureDirectory() {
        if (!directoryIsThere) {
            try {
                disk.createDirectories(directory);
            } catch (IOException failed) {
                throw new StoreIoException("directory %s cannot be made".formatted(directory), failed);
            }
            directoryIsThere = true;
        }
    }

    /** The next message, or {@code null} when none waits. */
    TimerEntry peek() {
        TimerEntry head = merged.head();
        while (head != null && head.isGone()) {
            merged.advance();
            head = merged.head();
        }
        if (head == null || cursors.size() > 0) {
            dropFinished();
        }
        if (buffer.size() == 0) {
            bufferMinLogOffset = Long.MAX_VALUE;
        }
        return head;
    }

    /** Takes what {@link #peek} told. */
    void pop() {
        merged.advance();
    }

    private void dropFinished() {
        for (int i = cursors.size() - 1; i >= 0; i--) {
            RunCursor cursor = cursors.get(i);
            if (cursor.head() == null) {
                cursors.remove(i);
                sources.remove(cursor);
                retired.add(cursor.run());
            }
        }
    }

    /** The message of this time and place, if it waits. */
    Optional<TimerEntry> find(TimerEntry wanted) {
        TimerEntry found = buffer.find(wanted);
        for (int i = 0; i < cursors.size() && (found == null || !found.isGone()); i++) {
            TimerEntry inRun = cursors.get(i).find(wanted);
            found = inRun == null ? found : inRun;
        }
        return found == null || found.isGone() ? Optional.empty() : Optional.of(found);
    }

    /** No message that waits lies before this place of the log. */
    long minLogOffset() {
        long min = bufferMinLogOffset;
        for (RunCursor cursor : cursors) {
            min = Math.min(min, cursor.run().minLogOffset());
        }
        return min;
    }

    List<Place> places() {
        return cursors.stream()
                .map(cursor -> new Place(cursor.run().id(), cursor.position()))
                .toList();
    }

    /** The runs in use; each is held for the caller. */
    List<Run> holdRuns() {
        return cursors.stream().map(cursor -> cursor.run().hold()).toList();
    }

    /** What waits as of now, to be read and closed on any thread. */
    IndexView view() {
        List<TimerEntry> newest = new ArrayList<>(buffer.size());
        buffer.forEach(newest::add);
        return new IndexView(
                newest,
                cursors.stream()
                        .map(cursor -> new IndexView.Part(cursor.run().hold(), cursor.position()))
                        .toList());
    }

    /** Which runs should become one, when there are too many; each is held for who does it. */
    Optional<MergeOrder> mergeOrder() {
        if (cursors.size() <= RUNS_MERGE) {
            return Optional.empty();
        }
        List<RunCursor> smallest = cursors.stream()
                .sorted(Comparator.comparingLong(RunCursor::left))
                .limit(MERGE_AT_ONCE)
                .toList();
        List<RunCursor> inputs = new ArrayList<>();
        long atMost = 0;
        for (RunCursor cursor : smallest) {
            inputs.add(new RunCursor(cursor.run().hold(), cursor.position()));
            atMost += cursor.left();
        }
        return Optional.of(new MergeOrder(++lastId, inputs, atMost));
    }

    /** Does the work of an order; on any thread. */
    Run merge(MergeOrder order) {
        try {
            MergedEntries inputs = new MergedEntries(order.inputs());
            return Run.write(disk, fileOf(order.id()), order.id(), inputs.rest(), order.atMost());
        } finally {
            order.inputs().forEach(input -> input.run().release());
        }
    }

    /** Puts the run in the place of those that it was made of, less what was taken from them meanwhile. */
    void replace(List<Long> inputIds, Run run) {
        TimerEntry next = null;
        for (int i = cursors.size() - 1; i >= 0; i--) {
            RunCursor cursor = cursors.get(i);
            if (inputIds.contains(cursor.run().id())) {
                TimerEntry head = cursor.head();
                if (head != null && (next == null || head.isBefore(next))) {
                    next = head;
                }
                cursors.remove(i);
                sources.remove(cursor);
                retired.add(cursor.run());
            }
        }
        put(new RunCursor(run, next == null ? run.count() : run.lowerBound(next, 0)));
    }

    /** Runs to be deleted once no snapshot names them; told once. */
    List<Run> takeRetired() {
        List<Run> taken = List.copyOf(retired);
        retired.clear();
        return taken;
    }

    /** Number of the run that was begun last. */
    long lastId() {
        return lastId;
    }

    int bufferedCount() {
        return buffer.size();
    }

    int runCount() {
        return cursors.size();
    }

    /** Closes the files. */
    void close() {
        cursors.forEach(cursor -> cursor.run().release());
        cursors.clear();
        retired.forEach(Run::release);
        retired.clear();
    }
}
