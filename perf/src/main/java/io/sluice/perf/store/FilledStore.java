package io.sluice.perf.store;

import io.sluice.perf.machine.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A process that has a store open and has filled it; see {@link FillerMain}. */
final class FilledStore implements AutoCloseable {
    private static final int SECONDS_MAX = 180;
    private static final int LINES_MAX = 1000;

    private final ChildProcess process;
    private final BlockingQueue<String> said = new LinkedBlockingQueue<>(LINES_MAX);
    private final double openSeconds;
    private final double fillSeconds;

    /** Starts it and waits until the store is open and filled. */
    FilledStore(Path java, Path directory, int topics, long messages, int bytes) throws InterruptedException {
        this.process = new ChildProcess(
                "store",
                new ProcessBuilder(List.of(
                        java.toString(),
                        "-Xms64m",
                        "-Xmx512m",
                        "-XX:+UseParallelGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FillerMain.class.getName(),
                        directory.toString(),
                        String.valueOf(topics),
                        String.valueOf(messages),
                        String.valueOf(bytes))),
                said::offer);
        try {
            this.openSeconds = await(FillerMain.OPENED);
            this.fillSeconds = await(FillerMain.FILLED);
        } catch (RuntimeException | InterruptedException failed) {
            process.close();
            throw failed;
        }
    }

    private double await(String word) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_MAX);
        while (System.nanoTime() < end) {
            String line = said.poll(100, TimeUnit.MILLISECONDS);
            if (line == null && !process.isAlive() && said.isEmpty()) {
                throw process.failure("ended before it said '%s'".formatted(word.trim()));
            }
            if (line != null && line.startsWith(word)) {
                return Long.parseLong(line.substring(word.length()).trim()) / 1e3;
            }
        }
        throw process.failure("did not say '%s' within %d s".formatted(word.trim(), SECONDS_MAX));
    }

    double openSeconds() {
        return openSeconds;
    }

    double fillSeconds() {
        return fillSeconds;
    }

    long pid() {
        return process.pid();
    }

    /** Files of the store that are in its memory. */
    long mappings(Path directory) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid() + "/maps")).stream()
                .filter(line -> line.contains(directory.toString()))
                .count();
    }

    /** A proper stop; seconds. */
    double stop() throws InterruptedException {
        process.endInput();
        double seconds = await(FillerMain.CLOSED);
        process.await(SECONDS_MAX);
        return seconds;
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        ProcessHandle.of(pid()).ifPresent(ProcessHandle::destroyForcibly);
        process.await(SECONDS_MAX);
    }

    @Override
    public void close() {
        process.close();
    }
}
