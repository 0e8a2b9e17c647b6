package io.sluice.gateway.node;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A child process that speaks in lines; everything it says is kept for failure messages. */
public final class LineProcess implements AutoCloseable {
    private final String name;
    private final Process process;
    private final Writer input;
    private final List<String> output = new ArrayList<>();
    private final List<String> errors = new ArrayList<>();
    private final List<Thread> readers = new ArrayList<>();

    public LineProcess(String name, ProcessBuilder builder) {
        this.name = name;
        try {
            this.process = builder.start();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        this.input = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        collect(new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)), output);
        collect(new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8)), errors);
    }

    private void collect(BufferedReader lines, List<String> into) {
        Thread reader = new Thread(
                () -> {
                    try {
                        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                            add(into, line);
                        }
                    } catch (IOException closed) {
                        add(into, "(stream ended: " + closed.getMessage() + ")");
                    } finally {
                        synchronized (this) {
                            notifyAll();
                        }
                    }
                },
                name + "-reader");
        reader.setDaemon(true);
        readers.add(reader);
        reader.start();
    }

    private synchronized void add(List<String> into, String line) {
        into.add(line);
        notifyAll();
    }

    public void say(String line) {
        try {
            input.write(line);
            input.write('\n');
            input.flush();
        } catch (IOException failed) {
            throw new AssertionError(name + " does not listen any more\n" + told(), failed);
        }
    }

    /** Tells the process that nothing more will be said. */
    public void endInput() {
        try {
            input.close();
        } catch (IOException failed) {
            throw new AssertionError(name + " does not listen any more\n" + told(), failed);
        }
    }

    /** Waits for a line of standard output, from the given one on, and returns its number. */
    public synchronized int awaitLine(int from, Predicate<String> wanted, Duration deadline) {
        long end = System.nanoTime() + deadline.toNanos();
        int next = from;
        while (true) {
            for (; next < output.size(); next++) {
                if (wanted.test(output.get(next))) {
                    return next;
                }
            }
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError("%s did not say it within %s%n%s".formatted(name, deadline, told()));
            }
            if (!process.isAlive() && readers.stream().noneMatch(Thread::isAlive) && next == output.size()) {
                throw new AssertionError("%s ended with %d%n%s".formatted(name, process.exitValue(), told()));
            }
            try {
                wait(Math.min(left, 200));
            } catch (InterruptedException interrupted) {
                throw new AssertionError(interrupted);
            }
        }
    }

    public synchronized String line(int number) {
        return output.get(number);
    }

    public synchronized List<String> output() {
        return List.copyOf(output);
    }

    public synchronized List<String> errors() {
        return List.copyOf(errors);
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL: the process gets no chance to do anything more. */
    public void kill() {
        process.destroyForcibly();
        awaitExit(Duration.ofMinutes(1));
    }

    /** SIGKILL when that time is over, whatever the process does then. */
    public void killAfter(Duration time) {
        try {
            process.waitFor(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
        kill();
    }

    /** SIGTERM; what the process still says is read to its end. */
    public void terminate() {
        process.toHandle().destroy();
    }

    /** On return everything that the process said has been read. */
    public int awaitExit(Duration deadline) {
        try {
            if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("%s still runs after %s%n%s".formatted(name, deadline, told()));
            }
            for (Thread reader : readers) {
                reader.join(deadline.toMillis());
            }
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
        return process.exitValue();
    }

    /** What the process said last, for failure messages. */
    public synchronized String told() {
        return "--- output\n" + tail(output) + "\n--- errors\n" + tail(errors);
    }

    private static String tail(List<String> lines) {
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    }

    @Override
    public void close() {
        process.destroyForcibly();
        awaitExit(Duration.ofMinutes(1));
    }
}
