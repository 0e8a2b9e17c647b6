package io.sluice.perf.cli;

import io.sluice.perf.compare.StartUp;
import io.sluice.perf.target.TargetKind;
import io.sluice.perf.target.TargetSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sluice perf start}: from process start to the first acknowledged send, and memory when idle. */
@Command(
        name = "start",
        description = "Time a start from nothing to the first acknowledged send, beside a genuine RocketMQ.",
        mixinStandardHelpOptions = true)
final class StartCommand implements Callable<Integer> {
    private static final List<TargetKind> COMPARED = List.of(TargetKind.SLUICE, TargetKind.ROCKETMQ);

    @Mixin
    private Surroundings surroundings;

    @Option(names = "--rounds", description = "starts of each (default: ${DEFAULT-VALUE})")
    private int rounds = 3;

    @Option(
            names = "--heap",
            paramLabel = "MB",
            description = "of RocketMQ's broker; Sluice runs as its launcher sets it (default: ${DEFAULT-VALUE})")
    private int heapMb = 1024;

    @Override
    public Integer call() throws Exception {
        Files.createDirectories(surroundings.workDirectory());
        double[][] seconds = new double[COMPARED.size()][rounds];
        double[][] megabytes = new double[COMPARED.size()][rounds];
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < COMPARED.size(); i++) {
                StartUp start = StartUp.of(COMPARED.get(i), settings(COMPARED.get(i)));
                seconds[i][round] = start.firstAnswerSeconds();
                megabytes[i][round] = start.idleResidentBytes() / 1e6;
                System.err.printf(
                        "%s: %.2f s, %.0f MB%n", COMPARED.get(i).title(), seconds[i][round], megabytes[i][round]);
            }
        }
        System.out.printf("%-20s %34s %20s%n", "", "first acknowledged send, s", "resident idle, MB");
        for (int i = 0; i < COMPARED.size(); i++) {
            Arrays.sort(seconds[i]);
            Arrays.sort(megabytes[i]);
            System.out.printf(
                    "%-20s %14.2f (%.2f..%.2f) %23.0f%n",
                    COMPARED.get(i).title(),
                    seconds[i][rounds / 2],
                    seconds[i][0],
                    seconds[i][rounds - 1],
                    megabytes[i][rounds / 2]);
        }
        return 0;
    }

    private TargetSettings settings(TargetKind kind) throws Exception {
        Path directory = Files.createTempDirectory(surroundings.workDirectory(), "start-" + kind.label());
        int heap = kind == TargetKind.SLUICE ? TargetSettings.HEAP_OF_LAUNCHER : heapMb;
        return new TargetSettings(
                surroundings.root(), surroundings.home(), surroundings.java(), directory, heap, false);
    }
}
