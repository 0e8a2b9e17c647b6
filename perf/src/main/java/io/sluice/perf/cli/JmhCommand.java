package io.sluice.perf.cli;

import java.util.concurrent.Callable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice perf jmh}: single steps of the node. */
@Command(
        name = "jmh",
        description = "Time single steps of the node, and what they allocate.",
        mixinStandardHelpOptions = true)
final class JmhCommand implements Callable<Integer> {
    @Parameters(arity = "0..1", paramLabel = "PATTERN", description = "which of io.sluice.perf.bench (default: all)")
    private String pattern = "io.sluice.perf.bench";

    @Option(
            names = "--seconds",
            description = "of each of 3 measurements, and of each of 3 warm-ups (default: ${DEFAULT-VALUE})")
    private int seconds = 1;

    @Option(names = "--forks", description = "fresh processes per benchmark (default: ${DEFAULT-VALUE})")
    private int forks = 1;

    @Override
    public Integer call() throws Exception {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include(pattern)
                .forks(forks)
                .warmupIterations(3)
                .warmupTime(TimeValue.seconds(seconds))
                .measurementIterations(3)
                .measurementTime(TimeValue.seconds(seconds))
                .jvmArgsAppend("-Xmx512m", "-XX:+UseParallelGC")
                .addProfiler(GCProfiler.class);
        return new Runner(options.build()).run().isEmpty() ? 1 : 0;
    }
}
