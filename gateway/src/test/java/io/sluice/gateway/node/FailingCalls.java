package io.sluice.gateway.node;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Makes system calls of a running process fail or take long, by strace, until closed. */
public final class FailingCalls implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private final LineProcess strace;

    private FailingCalls(LineProcess strace) {
        this.strace = strace;
    }

    /** strace is missing, or may not look at other processes. */
    public static final class NotPossible extends Exception {
        private static final long serialVersionUID = 1L;

        NotPossible(String why) {
            super(why);
        }
    }

    /**
     * @param pid   a process that runs
     * @param files calls that concern one of these fail; empty: calls on any file
     * @param error name of the error, for example {@code EIO}
     * @param calls names of the system calls
     */
    public static FailingCalls in(long pid, List<Path> files, String error, String... calls) throws NotPossible {
        return attach(pid, files, "error=" + error, calls);
    }

    /** Calls do what they should, so much later. */
    public static FailingCalls slow(long pid, Duration delay, String... calls) throws NotPossible {
        return attach(pid, List.of(), "delay_enter=" + TimeUnit.NANOSECONDS.toMicros(delay.toNanos()), calls);
    }

    private static FailingCalls attach(long pid, List<Path> files, String effect, String... calls) throws NotPossible {
        String names = String.join(",", calls);
        List<String> line = new ArrayList<>(List.of("strace", "-f", "-p", String.valueOf(pid)));
        line.addAll(List.of("-e", "trace=" + names, "-e", "inject=" + names + ":" + effect, "-e", "signal=none"));
        files.forEach(file -> line.addAll(List.of("-P", file.toString())));
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
        LineProcess strace;
        try {
            strace = new LineProcess("strace", builder);
        } catch (UncheckedIOException missing) {
            throw new NotPossible("strace cannot be run: " + missing.getMessage());
        }
        Predicate<String> attached = said -> said.contains("attached");
        try {
            strace.awaitLine(0, attached, DEADLINE);
        } catch (AssertionError refused) {
            strace.close();
            throw new NotPossible("strace cannot look into the process: " + refused.getMessage());
        }
        return new FailingCalls(strace);
    }

    /** Waits until a call has been made to fail. */
    public void awaitOne() {
        strace.awaitLine(0, said -> said.contains("(INJECTED)"), DEADLINE);
    }

    public long count() {
        return strace.output().stream()
                .filter(said -> said.contains("(INJECTED)"))
                .count();
    }

    /** Calls work again; the process goes on. */
    @Override
    public void close() {
        strace.terminate();
        strace.awaitExit(DEADLINE);
    }
}
