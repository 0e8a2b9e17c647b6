package io.sluice.perf.machine;

import io.sluice.model.SluiceException;
import io.sluice.runtime.Threads;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A process that this one started, whose output is read to the end; the last lines are kept to explain a failure. */
public final class ChildProcess implements AutoCloseable {
    private static final int LINES_KEPT = 40;
    private static final long STOP_SECONDS = 20;

    private final String name;
    private final Process process;
    private final Thread reader;
    /** A child does not outlive this process, even when that is told to stop. */
    private final Thread atExit;
    /** Guarded by itself. */
    private final Deque<String> lastLines = new ArrayDeque<>();

    /** @param told called with each line of output, on a thread of its own */
    public ChildProcess(String name, ProcessBuilder builder, Consumer<String> told) {
        this.name = name;
        try {
            this.process = builder.redirectErrorStream(true).start();
        } catch (IOException failed) {
            throw new SluiceException("%s does not start: %s".formatted(name, failed.getMessage()), failed);
        }
        this.atExit = Threads.named(name + "-exit", process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(atExit);
        this.reader = Threads.named(name + "-output", () -> read(told));
        reader.setDaemon(true);
        reader.start();
    }

    private void read(Consumer<String> told) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                synchronized (lastLines) {
                    lastLines.add(line);
                    if (lastLines.size() > LINES_KEPT) {
                        lastLines.remove();
                    }
                }
                told.accept(line);
            }
        } catch (IOException closed) {
            synchronized (lastLines) {
                lastLines.add("output ended: " + closed.getMessage());
            }
        }
    }

    public long pid() {
        return process.pid();
    }

    /** Ends the standard input of the process. */
    public void endInput() {
        try {
            process.getOutputStream().close();
        } catch (IOException failed) {
            throw failure("takes no end of input: " + failed.getMessage());
        }
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for the end and all output. */
    public int await(long seconds) throws InterruptedException {
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
            throw failure("did not end within %d s".formatted(seconds));
        }
        reader.join();
        return process.exitValue();
    }

    /** A failure with the last lines of the process. */
    public SluiceException failure(String what) {
        synchronized (lastLines) {
            return new SluiceException(
                    "%s %s; it said:%n%s".formatted(name, what, String.join("\n", List.copyOf(lastLines))));
        }
    }

    /** Asks the process to stop, and kills it when it does not. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException stopped) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        forgetAtExit();
    }

    private void forgetAtExit() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException exiting) {
            // This process ends: the hook finds the child gone.
            return;
        }
    }
}
