package io.sluice.gateway.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Damages files of a store that nobody has open, here and there, and remembers which bytes of the log were hit. */
public final class DamagedFiles {
    private final Path store;
    private final int segmentBytes;
    private final Random random;
    private final List<Range> hit = new ArrayList<>();
    private final List<String> done = new ArrayList<>();

    private record Range(long from, long to) {}

    /** @param segmentBytes length of the log's files */
    public DamagedFiles(Path store, int segmentBytes, Random random) {
        this.store = store;
        this.segmentBytes = segmentBytes;
        this.random = random;
    }

    /** Whether any of these bytes of the log was damaged. */
    public boolean touches(long logOffset, int bytes) {
        return hit.stream().anyMatch(range -> range.from < logOffset + bytes && range.to > logOffset);
    }

    /** Does something to one file: as often to one of the log as to any other. */
    public void one() throws IOException {
        boolean isLog = random.nextBoolean();
        List<Path> files;
        try (Stream<Path> all = Files.walk(store)) {
            files = all.filter(Files::isRegularFile)
                    .filter(file -> isLog == file.startsWith(store.resolve("commitlog")))
                    .filter(file -> isLog || isDerived(file))
                    .sorted()
                    .toList();
        }
        if (files.isEmpty()) {
            return;
        }
        Path file = files.get(random.nextInt(files.size()));
        long base = isLog ? Long.parseLong(file.getFileName().toString()) : 0;
        byte[] content = Files.readAllBytes(file);
        int from = content.length == 0 ? 0 : random.nextInt(content.length);
        int to = Math.min(content.length, from + 1 + random.nextInt(5_000));
        switch (random.nextInt(5)) {
            case 0 -> {
                Files.delete(file);
                remember(isLog, "deleted", file, base, base + segmentBytes);
            }
            case 1 -> {
                Files.write(file, Arrays.copyOf(content, from));
                remember(isLog, "cut off", file, base + from, base + segmentBytes);
            }
            case 2 -> {
                Arrays.fill(content, from, to, (byte) 0);
                Files.write(file, content);
                remember(isLog, "zeros", file, base + from, base + to);
            }
            case 3 -> {
                byte[] junk = new byte[to - from];
                random.nextBytes(junk);
                System.arraycopy(junk, 0, content, from, junk.length);
                Files.write(file, content);
                remember(isLog, "junk", file, base + from, base + to);
            }
            default -> {
                if (from < content.length) {
                    content[from] ^= (byte) (1 << random.nextInt(8));
                    Files.write(file, content);
                }
                remember(isLog, "a bit", file, base + from, base + from + 1);
            }
        }
    }

    /** Queues, and what is known of their state; not the tables, which are nobody's copy. */
    private boolean isDerived(Path file) {
        String name = file.getFileName().toString();
        return file.startsWith(store.resolve("consumequeue"))
                || name.startsWith("progress")
                || name.equals("checkpoint");
    }

    private void remember(boolean isLog, String what, Path file, long from, long to) {
        if (isLog) {
            hit.add(new Range(from, to));
        }
        done.add("%s %s %d..%d".formatted(what, store.relativize(file), from, to));
    }

    @Override
    public String toString() {
        return String.join(", ", done);
    }
}
