package io.sluice.store;

import io.sluice.store.file.FileDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A process with a store of very many queues. Opens it, gives every queue some messages, says how long that took and what it
 * cost, and stops as it is told: properly, or like a process that is killed. Run by {@link ManyQueuesAtSizeTest}.
 */
final class ManyQueuesNode {
    static final int QUEUES_PER_TOPIC = 4;

    private ManyQueuesNode() {}

    static StoreConfig config(Path directory) {
        return StoreConfig.in(directory)
                .withLogSegmentBytes(256 << 20)
                .withDiskFreeMinBytes(0)
                .withDiskMaxUsedRatio(1)
                .withDiskForceRatio(1)
                .withDiskFullRatio(1);
    }

    /** Arguments: directory, topics, messages per queue, {@code close}, {@code kill} or {@code kill-at-rest}. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        int topics = Integer.parseInt(arguments[1]);
        int messages = Integer.parseInt(arguments[2]);
        long began = System.nanoTime();
        MessageStore store = MessageStore.open(config(directory), new FileDisk(), InstantSource.system());
        say("openMs", millisSince(began));
        say("queues", store.queues().size());
        store.start();
        long slowest = 0;
        long appended = System.nanoTime();
        byte[] body = "a short message".getBytes(StandardCharsets.UTF_8);
        for (int round = 0; round < messages; round++) {
            for (int topic = 0; topic < topics; topic++) {
                for (int queue = 0; queue < QUEUES_PER_TOPIC; queue++) {
                    long one = System.nanoTime();
                    Stores.append(
                            store, Stores.record("Topic-%05d".formatted(topic), queue, body, Map.of("TAGS", "t")));
                    slowest = Math.max(slowest, System.nanoTime() - one);
                }
            }
        }
        say("appendMs", millisSince(appended));
        say("slowestAppendMs", slowest / 1_000_000);
        if (arguments[3].equals("kill-at-rest")) {
            while (store.health().queuesWrittenTo() < store.health().logEnd()) {
                Thread.onSpinWait();
            }
            say("atRestMs", millisSince(appended));
        }
        say("residentMb", residentKb() / 1024);
        say("heapMb", (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) >> 20);
        say("mappedFiles", mapped(directory));
        say("openFiles", openFiles(directory));
        if (!arguments[3].equals("close")) {
            System.out.flush();
            Runtime.getRuntime().halt(137);
        }
        long closing = System.nanoTime();
        store.close();
        say("closeMs", millisSince(closing));
    }

    private static void say(String name, long value) {
        System.out.println("figure " + name + " " + value);
    }

    private static long millisSince(long began) {
        return (System.nanoTime() - began) / 1_000_000;
    }

    private static long residentKb() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
    }

    private static long mapped(Path directory) throws IOException {
        List<String> maps = Files.readAllLines(Path.of("/proc/self/maps"));
        return maps.stream().filter(line -> line.contains(directory.toString())).count();
    }

    private static long openFiles(Path directory) throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors
                    .filter(descriptor -> {
                        try {
                            return Files.readSymbolicLink(descriptor).startsWith(directory);
                        } catch (IOException closedMeanwhile) {
                            return false;
                        }
                    })
                    .count();
        }
    }
}
