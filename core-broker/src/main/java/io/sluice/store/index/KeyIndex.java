package io.sluice.store.index;

import io.sluice.store.file.Disk;
import io.sluice.store.file.SharedMapping;
import io.sluice.store.file.StoreIoException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.LongPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The index files, oldest first; the last one grows. Methods that change something exclude each other (the index lock is
 * this object's monitor); searches run beside them.
 */
public final class KeyIndex implements AutoCloseable {
    /** Index files with more bytes of entries are not looked through when they are as the process left them. */
    private static final long LOOK_THROUGH_MAX_BYTES = 64L << 20;

    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("yyyyMMddHHmmssSSS", Locale.ROOT);
    private static final Logger log = LoggerFactory.getLogger(KeyIndex.class);

    private final Disk disk;
    private final Disk.Access access;
    private final Path directory;
    private final InstantSource clock;
    private final IndexGeometry wanted;
    /** Replaced as a whole under the monitor. */
    private volatile IndexFile[] files = {};
    /** Found under the name of an index file and not readable as one; they go when it is known what to keep. */
    private List<Path> unusable = List.of();

    private KeyIndex(Disk disk, Disk.Access access, Path directory, InstantSource clock, IndexGeometry wanted) {
        this.disk = disk;
        this.access = access;
        this.directory = directory;
        this.clock = clock;
        this.wanted = wanted;
    }

    /**
     * Finds the files. Those that cannot be index files are not used.
     *
     * @param slots   of new files; 0 for those of the files found
     * @param entries likewise
     */
    public static KeyIndex open(
            Disk disk, Disk.Access access, Path directory, InstantSource clock, int slots, int entries) {
        try {
            List<Path> found = new ArrayList<>();
            for (Disk.Entry entry : disk.list(directory)) {
                if (!entry.directory() && entry.name().matches("[0-9]{17}")) {
                    found.add(directory.resolve(entry.name()));
                }
            }
            IndexGeometry wanted = slots == 0 || entries == 0
                    ? new IndexGeometry(
                            slots == 0 ? IndexLayout.SLOTS_DEFAULT : slots,
                            entries == 0 ? IndexLayout.ENTRIES_DEFAULT : entries)
                    : new IndexGeometry(slots, entries);
            List<IndexFile> files = new ArrayList<>();
            List<Path> unusable = new ArrayList<>();
            for (Path path : found) {
                IndexFile file = map(disk, access, path, slots == 0 || entries == 0 ? null : wanted);
                if (file != null) {
                    files.add(file);
                } else {
                    unusable.add(path);
                }
            }
            if ((slots == 0 || entries == 0) && !files.isEmpty()) {
                wanted = files.get(files.size() - 1).geometry();
            }
            KeyIndex index = new KeyIndex(disk, access, directory, clock, wanted);
            index.files = files.toArray(new IndexFile[0]);
            index.unusable = unusable;
            return index;
        } catch (IOException failed) {
            throw new StoreIoException("index directory %s cannot be read".formatted(directory), failed);
        }
    }

    private static IndexFile map(Disk disk, Disk.Access access, Path path, IndexGeometry configured)
            throws IOException {
        long length = disk.stat(path).map(Disk.Entry::length).orElse(0L);
        if (length < IndexLayout.fileBytes(1, 2) || length > Integer.MAX_VALUE) {
            log.warn("{} has {} bytes and is no index file; it is not used", path, length);
            return null;
        }
        SharedMapping mapping = new SharedMapping(disk.map(path, access));
        IndexGeometry geometry = configured != null && configured.fileBytes() == length
                ? configured
                : IndexGeometry.detect(mapping.readable());
        if (geometry == null) {
            log.warn("{} does not read like an index file of {} bytes; it is not used", path, length);
            mapping.release();
            return null;
        }
        return IndexFile.existing(path, geometry, mapping);
    }

    public IndexGeometry geometry() {
        return wanted;
    }

    // ---- opening

    /**
     * Goes back to a state that is known to have been complete: later entries go, chains are made again.
     *
     * @param asLeft whether the files are as the process left them, unless somebody damaged them
     * @return from which log offset on keys must be put again
     */
    public synchronized long restore(IndexTable table, long logMin, long logEnd, boolean asLeft) throws IOException {
        List<IndexFile> kept = new ArrayList<>();
        long intactTo = logMin;
        boolean whole = true;
        for (IndexTable.Line line : table.lines()) {
            IndexFile file = find(line.name());
            if (file == null || !bringBack(file, line, logEnd, asLeft)) {
                if (line.endLogOffset() >= logMin) {
                    log.warn(
                            "index file {} is {}; the keys of the log from offset {} on are indexed again",
                            directory.resolve(line.name()),
                            file == null ? "missing" : "damaged",
                            intactTo);
                    whole = false;
                    break;
                }
            } else {
                kept.add(file);
                intactTo = Math.max(intactTo, line.endLogOffset());
            }
        }
        keepOnly(kept);
        return whole ? table.indexedTo() : intactTo;
    }

    /** Looking at every entry is what finds damage; only a large file that nothing speaks against is taken as it is. */
    private static boolean bringBack(IndexFile file, IndexTable.Line line, long logEnd, boolean asLeft) {
        return asLeft && file.usedBytes() > LOOK_THROUGH_MAX_BYTES && file.takeUnread(line)
                || file.repair(line, logEnd);
    }

    /**
     * Takes files that another broker left after a proper stop.
     *
     * @return from which log offset on keys must be put again
     */
    public synchronized long adopt(long logMin, long logEnd) throws IOException {
        List<IndexFile> kept = new ArrayList<>();
        long intactTo = logMin;
        for (IndexFile file : files) {
            if (!unusable.isEmpty() || !file.hasSaneHeader() || file.endLogOffset() >= logEnd || file.isEmpty()) {
                log.warn("index file {} is damaged; its keys are indexed again", file.path());
                break;
            }
            kept.add(file);
            intactTo = Math.max(intactTo, file.endLogOffset());
        }
        keepOnly(kept);
        return intactTo;
    }

    /** Begins anew without any file. */
    public synchronized void forgetAll() throws IOException {
        keepOnly(List.of());
    }

    /** Walks over the entries of all files, to compare them with what the log says. */
    public Comparison compare() {
        return new Comparison();
    }

    /** The entries of all files, in order. Confined to the opening of the store. */
    public final class Comparison {
        private int file;
        private int entry = 1;

        /** Whether the next entry is this one; if so it is passed. */
        public boolean passes(int stringHash, long logOffset, long storedAtMs) {
            while (file < files.length && entry >= files[file].line().nextEntry()) {
                file++;
                entry = 1;
            }
            if (file < files.length
                    && files[file].isEntry(entry, IndexLayout.keyHash(stringHash), logOffset, storedAtMs)) {
                entry++;
                return true;
            }
            return false;
        }

        /** Drops every entry that was not passed, and makes the chains again from the others. */
        public void dropRest(long logEnd) throws IOException {
            List<IndexFile> kept = new ArrayList<>();
            boolean changed = !unusable.isEmpty();
            for (int i = 0; i < files.length; i++) {
                int upTo = i < file ? files[i].line().nextEntry() : i == file ? entry : 1;
                changed |= upTo != files[i].line().nextEntry();
                if (upTo > 1 && files[i].repair(upTo, logEnd)) {
                    kept.add(files[i]);
                }
            }
            if (changed) {
                log.warn(
                        "index files in {} do not say what the log says; keys are indexed again where they differ",
                        directory);
            }
            keepOnly(kept);
        }
    }

    private void keepOnly(List<IndexFile> kept) throws IOException {
        for (IndexFile file : files) {
            if (!kept.contains(file)) {
                file.mapping().release();
                disk.delete(file.path());
            }
        }
        files = kept.toArray(new IndexFile[0]);
        for (Path path : unusable) {
            disk.delete(path);
        }
        unusable = List.of();
    }

    private IndexFile find(String name) {
        for (IndexFile file : files) {
            if (file.name().equals(name)) {
                return file;
            }
        }
        return null;
    }

    // ---- by the holder of the index lock

    /**
     * Adds a key of a record; calls come in log order.
     *
     * @param stringHash {@code String.hashCode()} of topic, {@code #} and key
     * @throws IOException when the disk gives no room; nothing has changed
     */
    public synchronized void put(int stringHash, long logOffset, long storedAtMs) throws IOException {
        IndexFile[] present = files;
        IndexFile last = present.length == 0 ? null : present[present.length - 1];
        if (last == null || last.isFull()) {
            last = begin(last);
        }
        last.put(IndexLayout.keyHash(stringHash), logOffset, storedAtMs);
    }

    private IndexFile begin(IndexFile before) throws IOException {
        disk.createDirectories(directory);
        String name = freshName(before);
        Path path = directory.resolve(name);
        disk.delete(path);
        IndexFile begun;
        try {
            disk.create(path, wanted.fileBytes());
            begun = begin(path, before);
        } catch (IOException full) {
            disk.delete(path);
            throw full;
        }
        disk.syncDirectory(directory);
        IndexFile[] more = Arrays.copyOf(files, files.length + 1);
        more[files.length] = begun;
        files = more;
        return begun;
    }

    private IndexFile begin(Path path, IndexFile before) throws IOException {
        SharedMapping mapping = new SharedMapping(disk.map(path, access));
        try {
            return IndexFile.begin(path, wanted, mapping, before);
        } catch (IOException full) {
            mapping.release();
            throw full;
        }
    }

    /** Names sort like the files were begun, also when the clock was set back. */
    private String freshName(IndexFile before) {
        String now = NAME.format(Instant.ofEpochMilli(clock.millis()).atZone(ZoneId.systemDefault()));
        if (before != null && now.compareTo(before.name()) <= 0) {
            return Long.toString(Long.parseLong(before.name()) + 1);
        }
        return now;
    }

    /** The lines of the table at this moment. */
    public synchronized List<IndexTable.Line> lines() {
        return Arrays.stream(files).map(IndexFile::line).toList();
    }

    /** Makes everything put so far durable. */
    public void force() throws IOException {
        if (files.length > 0) {
            disk.syncDirectory(directory);
        }
        for (IndexFile file : files) {
            if (file.mapping().tryHold()) {
                try {
                    file.force();
                } finally {
                    file.mapping().release();
                }
            }
        }
    }

    /** Store time of the last entry of the last full file, for the checkpoint; 0 when there is none. */
    public synchronized long fullFilesEndMs() {
        IndexFile[] present = files;
        return present.length < 2 ? 0 : present[present.length - 2].endStoredAt();
    }

    /** Deletes files that only lead to records before this log offset, but never the last file. */
    public synchronized int deleteBefore(long logMin) throws IOException {
        int deleted = 0;
        while (files.length > 1 && files[0].endLogOffset() < logMin) {
            IndexFile oldest = files[0];
            files = Arrays.copyOfRange(files, 1, files.length);
            oldest.mapping().release();
            disk.delete(oldest.path());
            deleted++;
        }
        return deleted;
    }

    // ---- by any thread

    /**
     * Follows the chains of a key, newest first. Other keys may share the hash.
     *
     * @param stringHash {@code String.hashCode()} of topic, {@code #} and key
     * @param candidate  told of log offsets; {@code false} ends the search
     */
    public void search(int stringHash, long fromMs, long toMs, LongPredicate candidate) {
        IndexFile[] present = files;
        int keyHash = IndexLayout.keyHash(stringHash);
        for (int i = present.length - 1; i >= 0; i--) {
            IndexFile file = present[i];
            if (!file.mapping().tryHold()) {
                continue;
            }
            try {
                if (!file.search(keyHash, fromMs, toMs, candidate::test)) {
                    return;
                }
            } finally {
                file.mapping().release();
            }
        }
    }

    /** What an offline check found in one file; {@code fault} is {@code null} when all is in order. */
    public record Examined(Path path, int entries, long endLogOffset, String fault) {}

    public List<Examined> examine() {
        List<Examined> examined = new ArrayList<>();
        for (IndexFile file : files) {
            IndexFile.Findings findings = file.examine();
            examined.add(new Examined(file.path(), findings.entries(), file.endLogOffset(), findings.fault()));
        }
        return examined;
    }

    /** Files that have the name of an index file and cannot be read as one. */
    public synchronized List<Path> unusable() {
        return List.copyOf(unusable);
    }

    /** Length of all files. */
    public long bytes() {
        return Arrays.stream(files)
                .mapToLong(file -> file.geometry().fileBytes())
                .sum();
    }

    @Override
    public synchronized void close() {
        for (IndexFile file : files) {
            file.mapping().release();
        }
        files = new IndexFile[0];
    }
}
