package io.sluice.store.queue;

import io.sluice.store.file.ChannelFile;
import io.sluice.store.file.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The files of all queues, a bounded number of them open at a time. No file is mapped, so an idle queue costs nothing but
 * its name. Safe for many threads.
 */
public final class QueueFiles implements AutoCloseable {
    /** Length of a new file unless configured: 300 000 entries. */
    public static final int FILE_BYTES_DEFAULT = 6_000_000;

    private static final int OPEN_MAX = 256;

    private final Disk disk;
    private final Disk.Access access;
    private final Path root;
    private final int fileBytes;
    /** In order of use, the oldest first. Guarded by this. */
    private final LinkedHashMap<FileId, OpenFile> open = new LinkedHashMap<>(64, 0.75f, true);
    /** Guarded by this. */
    private Set<Path> unsynced = new LinkedHashSet<>();

    /** One file: the queue and the number of its first entry divided by the entries per file. */
    public record FileId(QueueKey queue, long index) {}

    /** @param fileBytes a multiple of {@link QueueEntryLayout#ENTRY_BYTES} */
    public QueueFiles(Disk disk, Disk.Access access, Path root, int fileBytes) {
        this.disk = disk;
        this.access = access;
        this.root = root;
        this.fileBytes = fileBytes;
    }

    public Path root() {
        return root;
    }

    public int fileBytes() {
        return fileBytes;
    }

    public int entriesPerFile() {
        return fileBytes / QueueEntryLayout.ENTRY_BYTES;
    }

    public Path directory(QueueKey queue) {
        return root.resolve(queue.topic()).resolve(Integer.toString(queue.queueId()));
    }

    public Path path(FileId id) {
        return directory(id.queue()).resolve(name(id.index() * fileBytes));
    }

    static String name(long bytePosition) {
        String digits = Long.toString(bytePosition);
        return "0".repeat(20 - digits.length()) + digits;
    }

    /** Files of the queue in order; names that are no positions are left out. */
    public List<FileId> list(QueueKey queue) throws IOException {
        List<FileId> files = new ArrayList<>();
        for (Disk.Entry entry : disk.list(directory(queue))) {
            if (!entry.directory() && isName(entry.name())) {
                files.add(new FileId(queue, Long.parseLong(entry.name()) / fileBytes));
            }
        }
        return files;
    }

    /**
     * Entries that the files of a queue hold, when nothing else is known about it: from the first file's first to the last
     * that has a size and points before {@code logLimit}.
     *
     * @return first entry and the one behind the last; both 0 without files
     */
    public long[] extent(QueueKey queue, long logLimit) throws IOException {
        List<FileId> present = list(queue);
        if (present.isEmpty()) {
            return new long[] {0, 0};
        }
        long first = present.get(0).index() * entriesPerFile();
        for (int i = present.size() - 1; i >= 0; i--) {
            long begin = present.get(i).index() * entriesPerFile();
            long low = begin;
            long high = begin + entriesPerFile();
            while (low < high) {
                long middle = (low + high) >>> 1;
                if (isBefore(queue, middle, logLimit)) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            if (low > begin) {
                return new long[] {first, low};
            }
        }
        return new long[] {first, first};
    }

    private boolean isBefore(QueueKey queue, long entry, long logLimit) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(QueueEntryLayout.ENTRY_BYTES);
        return read(queue, entry, bytes)
                && !bytes.hasRemaining()
                && bytes.getInt(QueueEntryLayout.SIZE) > 0
                && bytes.getLong(QueueEntryLayout.LOG_OFFSET) < logLimit;
    }

    /** Whether the file is there with the length it must have. */
    public boolean isWhole(FileId id) throws IOException {
        return disk.stat(path(id)).filter(entry -> entry.length() == fileBytes).isPresent();
    }

    /** Twenty digits: the byte position of the first entry. */
    static boolean isName(String name) {
        return name.length() == 20 && name.startsWith("0") && name.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** Every queue that has a directory here. */
    public List<QueueKey> listQueues() throws IOException {
        List<QueueKey> keys = new ArrayList<>();
        for (Disk.Entry topic : disk.list(root)) {
            if (topic.directory()) {
                keys.addAll(listQueues(topic.name()));
            }
        }
        return keys;
    }

    /** Every queue of the topic that has a directory here. */
    List<QueueKey> listQueues(String topic) throws IOException {
        List<QueueKey> keys = new ArrayList<>();
        for (Disk.Entry queue : disk.list(root.resolve(topic))) {
            if (queue.directory() && queue.name().matches("[0-9]{1,9}")) {
                keys.add(new QueueKey(topic, Integer.parseInt(queue.name())));
            }
        }
        return keys;
    }

    /**
     * Reads entries from one file.
     *
     * @param into   filled from its position, as far as the file and its limit allow
     * @return whether the file is there
     */
    public boolean read(QueueKey queue, long entry, ByteBuffer into) throws IOException {
        FileId id = new FileId(queue, entry / entriesPerFile());
        long at = entry % entriesPerFile() * QueueEntryLayout.ENTRY_BYTES;
        int limit = into.limit();
        into.limit((int) Math.min(limit, into.position() + fileBytes - at));
        boolean interrupted = false;
        try {
            while (true) {
                OpenFile file;
                try {
                    file = acquire(id);
                } catch (NoSuchFileException absent) {
                    return false;
                }
                try {
                    file.channel.read(into, at);
                    return true;
                } catch (ClosedByInterruptException closed) {
                    // the reader's own interrupt closed the shared channel: open it anew, and keep the interrupt for
                    // later
                    interrupted |= Thread.interrupted();
                    forget(id);
                } catch (java.nio.channels.ClosedChannelException closedByOther) {
                    forget(id);
                } finally {
                    release(file);
                }
            }
        } finally {
            into.limit(limit);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Makes a file of zeros, and the directories above it; durable when it is forced and {@link #takeUnsynced} is synced. */
    public void create(FileId id) throws IOException {
        Path queue = directory(id.queue());
        if (disk.stat(queue).isEmpty()) {
            disk.createDirectories(root);
            disk.makeDirectories(queue);
            unsynced(id.queue());
        }
        disk.create(path(id), fileBytes);
        unsynced(queue);
    }

    /** Directories above the files of a queue hold names that may not be durable. */
    void unsynced(QueueKey queue) {
        Path directory = directory(queue);
        unsynced(directory);
        unsynced(directory.getParent());
        unsynced(root);
    }

    private synchronized void unsynced(Path directory) {
        unsynced.add(directory);
    }

    /** Directories with names that are not durable yet; the caller sees to them now. */
    synchronized Set<Path> takeUnsynced() {
        Set<Path> taken = unsynced;
        unsynced = new LinkedHashSet<>();
        return taken;
    }

    /** Gives back what was taken and not synced. */
    synchronized void unsynced(Collection<Path> directories) {
        unsynced.addAll(directories);
    }

    public boolean exists(FileId id) throws IOException {
        synchronized (this) {
            if (open.containsKey(id)) {
                return true;
            }
        }
        return disk.stat(path(id)).isPresent();
    }

    /** Writes entries into one file, which is there. */
    public void write(QueueKey queue, long entry, ByteBuffer entries) throws IOException {
        OpenFile file = acquire(new FileId(queue, entry / entriesPerFile()));
        try {
            file.channel.write(entries, entry % entriesPerFile() * QueueEntryLayout.ENTRY_BYTES);
        } finally {
            release(file);
        }
    }

    /** Makes the file durable; an absent one was deleted since and is fine. */
    public void force(FileId id) throws IOException {
        OpenFile file;
        try {
            file = acquire(id);
        } catch (NoSuchFileException deleted) {
            return;
        }
        try {
            file.channel.force();
        } finally {
            release(file);
        }
    }

    /** An absent one was deleted since and is fine. */
    void syncDirectory(Path directory) throws IOException {
        if (disk.stat(directory).isPresent()) {
            disk.syncDirectory(directory);
        }
    }

    /**
     * Makes the queue's files end before the entry: what follows in its file becomes zero, later files go. For entries of an
     * earlier life that the log does not back any more.
     *
     * @return the file that was changed, if any: it is not durable yet
     */
    public List<FileId> clearFrom(QueueKey queue, long entry) throws IOException {
        List<FileId> changed = new ArrayList<>();
        for (FileId id : list(queue)) {
            long first = id.index() * entriesPerFile();
            if (first >= entry) {
                delete(id);
            } else if (entry < first + entriesPerFile()) {
                OpenFile file = acquire(id);
                try {
                    file.channel.clearFrom((entry - first) * QueueEntryLayout.ENTRY_BYTES, fileBytes);
                } finally {
                    release(file);
                }
                changed.add(id);
            }
        }
        return changed;
    }

    public void delete(FileId id) throws IOException {
        forget(id);
        disk.delete(path(id));
    }

    /** Deletes the files and directories of every queue of the topic; those that are gone already are fine. */
    void deleteTopic(String topic) throws IOException {
        for (QueueKey queue : listQueues(topic)) {
            deleteQueue(queue);
        }
        // a failed deletion may have left it without a queue in it
        Path directory = root.resolve(topic);
        if (disk.stat(directory).isPresent() && disk.list(directory).isEmpty()) {
            disk.delete(directory);
            unsynced(root);
        }
    }

    /** Deletes the files and directories of the queue, and the topic's directory when it is empty then. */
    public void deleteQueue(QueueKey queue) throws IOException {
        Path directory = directory(queue);
        for (Disk.Entry entry : disk.list(directory)) {
            if (!entry.directory()) {
                if (isName(entry.name())) {
                    forget(new FileId(queue, Long.parseLong(entry.name()) / fileBytes));
                }
                disk.delete(directory.resolve(entry.name()));
            }
        }
        disk.delete(directory);
        Path topic = directory.getParent();
        if (disk.list(topic).isEmpty()) {
            disk.delete(topic);
        }
        unsynced(queue);
    }

    private OpenFile acquire(FileId id) throws IOException {
        synchronized (this) {
            OpenFile present = open.get(id);
            if (present != null) {
                present.users++;
                return present;
            }
        }
        OpenFile opened = new OpenFile(disk.open(path(id), access));
        List<OpenFile> surplus = new ArrayList<>();
        OpenFile chosen;
        synchronized (this) {
            OpenFile present = open.get(id);
            if (present != null) {
                opened.evicted = true;
                surplus.add(opened);
                present.users++;
                chosen = present;
            } else {
                opened.users = 1;
                open.put(id, opened);
                chosen = opened;
                evictOldest(surplus);
            }
        }
        for (OpenFile file : surplus) {
            file.channel.close();
        }
        return chosen;
    }

    /** The caller holds the monitor and closes what is put into {@code surplus}. */
    private void evictOldest(List<OpenFile> surplus) {
        Iterator<Map.Entry<FileId, OpenFile>> oldest = open.entrySet().iterator();
        while (open.size() > OPEN_MAX && oldest.hasNext()) {
            OpenFile file = oldest.next().getValue();
            if (file.users == 0) {
                oldest.remove();
                file.evicted = true;
                surplus.add(file);
            }
        }
    }

    private void release(OpenFile file) throws IOException {
        boolean last;
        synchronized (this) {
            file.users--;
            last = file.evicted && file.users == 0;
        }
        if (last) {
            file.channel.close();
        }
    }

    private void forget(FileId id) throws IOException {
        OpenFile file;
        boolean unused;
        synchronized (this) {
            file = open.remove(id);
            if (file == null) {
                return;
            }
            file.evicted = true;
            unused = file.users == 0;
        }
        if (unused) {
            file.channel.close();
        }
    }

    public synchronized int openFiles() {
        return open.size();
    }

    @Override
    public void close() throws IOException {
        List<OpenFile> all;
        synchronized (this) {
            all = new ArrayList<>(open.values());
            open.clear();
        }
        for (OpenFile file : all) {
            file.channel.close();
        }
    }

    /** An open file and how many threads are using it; closed when it is evicted and nobody does. Guarded by the room. */
    private static final class OpenFile {
        private final ChannelFile channel;
        private int users;
        private boolean evicted;

        OpenFile(ChannelFile channel) {
            this.channel = channel;
        }
    }
}
