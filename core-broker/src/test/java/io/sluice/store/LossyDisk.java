package io.sluice.store;

import io.sluice.store.file.ChannelFile;
import io.sluice.store.file.Disk;
import io.sluice.store.file.MappedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * A disk in memory that forgets like a real one. What was not forced when the power is cut comes back old, new, or torn: each
 * page of 4096 bytes for itself, and inside a torn page each sector of 512 for itself. Names of files come back as of some
 * moment since their directory was synced. A killed process, by contrast, loses nothing that it had written.
 *
 * <p>Counts its operations; at the one that is asked for it throws, in the middle of the work.
 */
public final class LossyDisk implements Disk {
    private static final int PAGE = 4096;
    private static final int SECTOR = 512;

    private final Random random;
    private final String powerCycle;
    private final Map<Path, Node> names = new TreeMap<>();
    private final Map<Path, Node> durableNames = new TreeMap<>();
    private final Set<Path> directories = new TreeSet<>();
    /** Those of {@link #directories} whose own name may be forgotten. */
    private final Set<Path> fragile = new TreeSet<>();

    private final List<Change> pending = new ArrayList<>();
    private final Set<Path> locked = new HashSet<>();
    private int operations;
    private int cutAt = Integer.MAX_VALUE;
    private boolean cut;
    private Runnable before;
    private long roomBytes = Long.MAX_VALUE;
    private boolean forcesFail;
    private Predicate<Path> undeletable = path -> false;
    private Path unwritable;
    private int writesRefused;
    private long usable = 1L << 40;

    /** The power went, or the process was killed. */
    static final class Cut extends Error {
        private static final long serialVersionUID = 1L;

        Cut() {
            super("cut", null, false, false);
        }
    }

    private static final class Node {
        private byte[] live;
        private byte[] durable;
        private long modifiedAtMs = System.currentTimeMillis();

        Node(byte[] live, byte[] durable) {
            this.live = live;
            this.durable = durable;
        }
    }

    /** One change of a name; {@code node} is {@code null} when the name went. {@code last}: the step is complete with it. */
    private record Change(Path name, Node node, boolean last) {}

    public LossyDisk(long seed) {
        this(new Random(seed), "1");
    }

    private LossyDisk(Random random, String powerCycle) {
        this.random = random;
        this.powerCycle = powerCycle;
    }

    /** Counted from now on: the operation in the middle of which everything stops. */
    void cutAfter(int more) {
        cutAt = operations + more;
    }

    int operations() {
        return operations;
    }

    /** Bytes that allocations may still take. */
    public void room(long bytes) {
        roomBytes = bytes;
    }

    /** What the file system says is free, of a tebibyte. */
    public void usable(long bytes) {
        usable = bytes;
    }

    /** Deleting these fails from now on. */
    void keepFromDeletion(Predicate<Path> paths) {
        undeletable = paths;
    }

    public void failForces() {
        forcesFail = true;
    }

    /** Files of this directory cannot be replaced from now on; {@code null} for none. */
    public synchronized void refuseWritesIn(Path directory) {
        unwritable = directory;
    }

    public synchronized int writesRefused() {
        return writesRefused;
    }

    /** Nothing may be done any more, as if the process were dead. */
    void cutNow() {
        cut = true;
    }

    /** Done before every operation from now on; {@code null} for nothing. */
    void beforeEach(Runnable doing) {
        before = doing;
    }

    private void step() {
        if (before != null && !cut) {
            before.run();
        }
        if (cut) {
            throw new Cut();
        }
        if (++operations > cutAt) {
            cut = true;
            throw new Cut();
        }
    }

    /** Whether this operation is the one that is not finished; it then does part of its work and throws. */
    private boolean isLast() {
        return operations == cutAt;
    }

    // ---- afterwards

    /** What the same machine reads when the process was killed. */
    public LossyDisk afterKill() {
        LossyDisk after = new LossyDisk(random, powerCycle);
        after.directories.addAll(directories);
        names.forEach((name, node) -> after.names.put(name, node));
        durableNames.forEach((name, node) -> after.durableNames.put(name, node));
        after.pending.addAll(pending);
        after.fragile.addAll(fragile);
        return after;
    }

    /** What the machine reads when the power is back: of what was not forced any page may be there or not. */
    public LossyDisk afterPowerCut() {
        return afterPowerCut(false);
    }

    /** As {@link #afterPowerCut}, of a disk that writes each file from its beginning to its end. */
    public LossyDisk afterPowerCutInOrder() {
        return afterPowerCut(true);
    }

    private LossyDisk afterPowerCut(boolean inOrder) {
        LossyDisk after = new LossyDisk(random, powerCycle + "+");
        after.directories.addAll(directories);
        Map<Path, Node> surviving = new TreeMap<>(durableNames);
        Map<Path, List<Change>> byDirectory = new TreeMap<>();
        for (Change change : pending) {
            byDirectory
                    .computeIfAbsent(change.name.getParent(), directory -> new ArrayList<>())
                    .add(change);
        }
        for (List<Change> changes : byDirectory.values()) {
            int keep = random.nextInt(changes.size() + 1);
            while (keep > 0 && keep < changes.size() && !changes.get(keep - 1).last) {
                keep++;
            }
            for (Change change : changes.subList(0, keep)) {
                if (change.node == null) {
                    surviving.remove(change.name);
                } else {
                    surviving.put(change.name, change.node);
                }
            }
        }
        for (Path name : fragile) {
            if (random.nextBoolean()) {
                after.directories.removeIf(lost -> lost.startsWith(name));
                surviving.keySet().removeIf(lost -> lost.startsWith(name));
            }
        }
        surviving.forEach((name, node) -> {
            byte[] content = inOrder ? cutOff(node) : torn(node);
            Node kept = new Node(content, content.clone());
            kept.modifiedAtMs = node.modifiedAtMs;
            after.names.put(name, kept);
            after.durableNames.put(name, kept);
        });
        return after;
    }

    private byte[] cutOff(Node node) {
        byte[] content = node.live.clone();
        int from = random.nextInt(content.length / SECTOR + 2) * SECTOR;
        for (int at = from; at < content.length; at++) {
            content[at] = at < node.durable.length ? node.durable[at] : 0;
        }
        return content;
    }

    private byte[] torn(Node node) {
        int length = node.durable.length;
        if (node.live.length != length && random.nextBoolean()) {
            length = node.live.length;
        }
        byte[] content = new byte[length];
        System.arraycopy(node.durable, 0, content, 0, Math.min(length, node.durable.length));
        int comparable = Math.min(length, node.live.length);
        for (int page = 0; page < comparable; page += PAGE) {
            int end = Math.min(page + PAGE, comparable);
            if (Arrays.equals(content, page, end, node.live, page, end)) {
                continue;
            }
            switch (random.nextInt(3)) {
                case 0 -> System.arraycopy(node.live, page, content, page, end - page);
                case 1 -> {
                    for (int sector = page; sector < end; sector += SECTOR) {
                        if (random.nextBoolean()) {
                            int sectorEnd = Math.min(sector + SECTOR, end);
                            System.arraycopy(node.live, sector, content, sector, sectorEnd - sector);
                        }
                    }
                }
                default -> {
                    // the page is as it was
                }
            }
        }
        return content;
    }

    // ---- looking in and breaking things, for tests

    List<Path> files() {
        return List.copyOf(names.keySet());
    }

    /** The bytes themselves, also for whoever has mapped the file. */
    public byte[] content(Path file) {
        return names.get(file).live;
    }

    /** Somebody else changes the file, durably. */
    void replace(Path file, byte[] content) {
        Node node = new Node(content, content.clone());
        names.put(file, node);
        durableNames.put(file, node);
        pending.removeIf(change -> change.name.equals(file));
    }

    public void remove(Path file) {
        names.remove(file);
        durableNames.remove(file);
        pending.removeIf(change -> change.name.equals(file));
    }

    // ---- the disk

    @Override
    public synchronized List<Entry> list(Path directory) {
        List<Entry> entries = new ArrayList<>();
        for (Path child : directories) {
            if (directory.equals(child.getParent())) {
                entries.add(new Entry(child.getFileName().toString(), true, 0, 0));
            }
        }
        names.forEach((name, node) -> {
            if (directory.equals(name.getParent())) {
                entries.add(new Entry(name.getFileName().toString(), false, node.live.length, node.modifiedAtMs));
            }
        });
        entries.sort(Comparator.comparing(Entry::name));
        return entries;
    }

    @Override
    public synchronized Optional<Entry> stat(Path path) {
        Node node = names.get(path);
        if (node != null) {
            return Optional.of(new Entry(path.getFileName().toString(), false, node.live.length, node.modifiedAtMs));
        }
        return directories.contains(path)
                ? Optional.of(new Entry(path.getFileName().toString(), true, 0, 0))
                : Optional.empty();
    }

    @Override
    public synchronized void createDirectories(Path directory) {
        if (directories.contains(directory)) {
            return;
        }
        step();
        for (Path each = directory; each != null; each = each.getParent()) {
            directories.add(each);
            fragile.remove(each);
        }
    }

    @Override
    public synchronized void makeDirectories(Path directory) {
        step();
        for (Path each = directory; each != null && directories.add(each); each = each.getParent()) {
            fragile.add(each);
        }
    }

    @Override
    public synchronized void syncDirectory(Path directory) {
        step();
        if (isLast()) {
            throw new Cut();
        }
        commitNames(directory);
    }

    private void commitNames(Path directory) {
        for (Change change : pending) {
            if (directory.equals(change.name.getParent())) {
                if (change.node == null) {
                    durableNames.remove(change.name);
                } else {
                    durableNames.put(change.name, change.node);
                }
            }
        }
        pending.removeIf(change -> directory.equals(change.name.getParent()));
        fragile.removeIf(name -> directory.equals(name.getParent()));
    }

    @Override
    public synchronized void delete(Path path) throws IOException {
        step();
        if (undeletable.test(path)) {
            throw new IOException("deleting %s is refused".formatted(path));
        }
        if (names.remove(path) != null) {
            pending.add(new Change(path, null, true));
        } else {
            directories.remove(path);
            fragile.remove(path);
        }
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        step();
        Node node = node(from);
        names.remove(from);
        names.put(to, node);
        pending.add(new Change(from, null, false));
        pending.add(new Change(to, node, true));
    }

    @Override
    public synchronized void create(Path file, long length) throws IOException {
        step();
        if (names.containsKey(file)) {
            throw new FileAlreadyExistsException(file.toString());
        }
        if (!directories.contains(file.getParent())) {
            throw new NoSuchFileException(file.getParent().toString());
        }
        Node node = new Node(new byte[(int) length], new byte[0]);
        names.put(file, node);
        pending.add(new Change(file, node, true));
    }

    private Node node(Path file) throws NoSuchFileException {
        Node node = names.get(file);
        if (node == null) {
            throw new NoSuchFileException(file.toString());
        }
        return node;
    }

    @Override
    public synchronized MappedFile map(Path file, Access access) throws IOException {
        return new Mapped(file, node(file));
    }

    @Override
    public synchronized ChannelFile open(Path file, Access access) throws IOException {
        return new Channel(node(file));
    }

    @Override
    public synchronized byte[] read(Path file, int maxBytes) throws IOException {
        return node(file).live.clone();
    }

    @Override
    public synchronized void write(Path file, byte[] content, boolean forced) throws IOException {
        step();
        if (file.getParent().equals(unwritable)) {
            writesRefused++;
            throw new IOException("refused on purpose: " + file);
        }
        Node node = names.get(file);
        if (node == null) {
            node = new Node(new byte[0], new byte[0]);
            names.put(file, node);
            pending.add(new Change(file, node, true));
        }
        if (isLast()) {
            node.live = Arrays.copyOf(content, random.nextInt(content.length + 1));
            throw new Cut();
        }
        node.live = content.clone();
        node.modifiedAtMs = System.currentTimeMillis();
        if (forced) {
            node.durable = content.clone();
        }
    }

    @Override
    public synchronized Optional<AutoCloseable> lock(Path file) throws IOException {
        if (!locked.add(file)) {
            return Optional.empty();
        }
        if (!names.containsKey(file)) {
            write(file, "lock".getBytes(StandardCharsets.US_ASCII), true);
        }
        return Optional.of(() -> {
            synchronized (this) {
                locked.remove(file);
            }
        });
    }

    @Override
    public Space space(Path path) {
        return new Space(1L << 40, usable, usable);
    }

    @Override
    public Optional<String> powerCycle() {
        return Optional.of(powerCycle);
    }

    private void makeDurable(Node node, int from, int to) throws IOException {
        step();
        if (forcesFail) {
            throw new IOException("the disk is broken");
        }
        if (node.durable.length != node.live.length) {
            node.durable = Arrays.copyOf(node.durable, node.live.length);
        }
        if (isLast()) {
            for (int page = from / PAGE * PAGE; page < to; page += PAGE) {
                if (random.nextBoolean()) {
                    copyDurable(node, page, Math.min(page + PAGE, node.live.length));
                }
            }
            throw new Cut();
        }
        copyDurable(node, from, to);
    }

    private static void copyDurable(Node node, int from, int to) {
        System.arraycopy(node.live, from, node.durable, from, to - from);
    }

    private final class Mapped implements MappedFile {
        private final Path path;
        private final Node node;
        private final ByteBuffer bytes;

        Mapped(Path path, Node node) {
            this.path = path;
            this.node = node;
            this.bytes = ByteBuffer.wrap(node.live);
        }

        @Override
        public Path path() {
            return path;
        }

        @Override
        public int size() {
            return bytes.capacity();
        }

        @Override
        public ByteBuffer bytes() {
            return bytes;
        }

        @Override
        public void force(int from, int to) throws IOException {
            synchronized (LossyDisk.this) {
                makeDurable(node, from, to);
            }
        }

        @Override
        public void allocate(int from, int to, int pieceBytes) throws IOException {
            synchronized (LossyDisk.this) {
                step();
                if (to - from > roomBytes) {
                    throw new IOException("No space left on device");
                }
                roomBytes -= to - from;
                Arrays.fill(node.live, from, to, (byte) 0);
            }
        }

        @Override
        public void close() {
            // memory of the heap: the collector takes it
        }
    }

    private final class Channel implements ChannelFile {
        private final Node node;

        Channel(Node node) {
            this.node = node;
        }

        @Override
        public int read(ByteBuffer into, long position) {
            synchronized (LossyDisk.this) {
                int available = (int) Math.max(0, Math.min(into.remaining(), node.live.length - position));
                if (available > 0) {
                    into.put(node.live, (int) position, available);
                }
                return available;
            }
        }

        @Override
        public void write(ByteBuffer from, long position) {
            synchronized (LossyDisk.this) {
                step();
                int count = isLast() ? random.nextInt(from.remaining() + 1) : from.remaining();
                if (position + count > node.live.length) {
                    node.live = Arrays.copyOf(node.live, (int) position + count);
                }
                from.get(node.live, (int) position, count);
                if (isLast()) {
                    throw new Cut();
                }
            }
        }

        @Override
        public void clearFrom(long position, long length) {
            synchronized (LossyDisk.this) {
                step();
                byte[] cleared = new byte[(int) length];
                System.arraycopy(node.live, 0, cleared, 0, (int) Math.min(position, node.live.length));
                node.live = cleared;
            }
        }

        @Override
        public void force() throws IOException {
            synchronized (LossyDisk.this) {
                makeDurable(node, 0, node.live.length);
            }
        }

        @Override
        public long length() {
            synchronized (LossyDisk.this) {
                return node.live.length;
            }
        }

        @Override
        public void close() {
            // nothing to give back
        }
    }
}
