package io.sluice.perf.worker;

import io.sluice.model.SluiceException;
import io.sluice.perf.machine.ChildProcess;
import io.sluice.perf.machine.Directories;
import io.sluice.perf.machine.ProcessUsage;
import io.sluice.perf.measure.Result;
import io.sluice.perf.measure.ResultLine;
import io.sluice.runtime.CloseStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Starts a worker, samples processor time when it says that measuring begins and ends, and reads its result. */
public final class WorkerProcess {
    private static final long DEADLINE_SECONDS = 600;

    private final Path root;
    private final Path java;
    private final int heapMb;

    /**
     * @param root source tree, for the libraries of the peers
     * @param java the program
     */
    public WorkerProcess(Path root, Path java, int heapMb) {
        this.root = root;
        this.java = java;
        this.heapMb = heapMb;
    }

    /**
     * Runs a load to its end.
     *
     * @param node     tells what the node has used; asked at both ends of the measured time
     * @param progress told a line each second
     */
    public Measured run(LoadRequest request, NodeUsage node, Consumer<String> progress) throws InterruptedException {
        Sampling sampling = new Sampling(node, progress);
        String name = "load " + request.client().label();
        Path home = temporaryHome();
        try (CloseStack closing = new CloseStack()) {
            closing.push(() -> Directories.delete(home));
            ChildProcess worker =
                    closing.push(new ChildProcess(name, new ProcessBuilder(command(request, home)), sampling::line));
            sampling.worker.complete(worker);
            int exit = worker.await(DEADLINE_SECONDS);
            if (sampling.stopped != null) {
                throw new SluiceException(sampling.stopped);
            }
            if (exit != 0 || sampling.result == null) {
                throw worker.failure(
                        "ended with code %d and %s result".formatted(exit, sampling.result == null ? "no" : "a"));
            }
            return sampling.measured();
        }
    }

    private List<String> command(LoadRequest request, Path home) {
        List<String> line = new ArrayList<>(List.of(
                java.toString(),
                "-Xms%dm".formatted(heapMb),
                "-Xmx%dm".formatted(heapMb),
                "-XX:+UseParallelGC",
                "-Djava.net.preferIPv4Stack=true",
                "-Dlogback.configurationFile=" + System.getProperty("logback.configurationFile", ""),
                // The Apache client keeps logs and offsets below the home directory.
                "-Duser.home=" + home,
                "-cp",
                classPath(request.client()),
                WorkerMain.class.getName()));
        line.addAll(request.arguments());
        return line;
    }

    private static Path temporaryHome() {
        try {
            return Files.createTempDirectory("sluice-perf-client");
        } catch (IOException failed) {
            throw new SluiceException("no temporary directory for the client: " + failed.getMessage(), failed);
        }
    }

    /** A peer's client sees its own libraries and only what it takes to run a load. */
    private String classPath(ClientKind client) {
        String own = System.getProperty("java.class.path");
        return client.peer().map(peer -> peerPath(peer, own)).orElse(own);
    }

    private String peerPath(String peer, String own) {
        Path built = root.resolve("peers").resolve(peer).resolve("target");
        if (!Files.isDirectory(built.resolve("lib")) || !Files.isDirectory(built.resolve("classes"))) {
            throw new SluiceException(
                    "the client of %s is not built in %s; build it with: mvn -P peer,perf -DskipTests package"
                            .formatted(peer, built));
        }
        return Stream.concat(
                        Stream.of(built.resolve("classes").toString(), built.resolve("lib") + "/*"),
                        Arrays.stream(own.split(":")).filter(WorkerProcess::isNeededByAnyLoad))
                .collect(Collectors.joining(":"));
    }

    private static boolean isNeededByAnyLoad(String entry) {
        return Stream.of("perf/target/classes", "HdrHistogram", "sluice-protocol", "sluice-perf")
                .anyMatch(entry::contains);
    }

    /** Reads the worker's lines; confined to the thread that reads them until the worker has ended. */
    private static final class Sampling {
        private final NodeUsage node;
        private final Consumer<String> progress;
        private final CompletableFuture<ChildProcess> worker = new CompletableFuture<>();
        private ProcessUsage workerBefore;
        private ProcessUsage workerUsed;
        private NodeUsage.Sample nodeBefore;
        private NodeUsage.Sample nodeUsed;
        private volatile Result result;
        private volatile String stopped;

        private Sampling(NodeUsage node, Consumer<String> progress) {
            this.node = node;
            this.progress = progress;
        }

        private void line(String line) {
            if (line.equals(WorkerMain.MEASURING)) {
                workerBefore = ProcessUsage.of(worker.join().pid());
                nodeBefore = node.sample();
            } else if (line.equals(WorkerMain.MEASURED)) {
                workerUsed = ProcessUsage.of(worker.join().pid()).since(workerBefore);
                nodeUsed = node.sample().since(nodeBefore);
            } else if (line.startsWith(WorkerMain.WARMING_UP)) {
                progress.accept(second("warm-up, second", line.substring(WorkerMain.WARMING_UP.length())));
            } else if (line.startsWith(WorkerMain.SECOND)) {
                progress.accept(second("second", line.substring(WorkerMain.SECOND.length())));
            } else if (line.startsWith(WorkerMain.STOPPED)) {
                stopped = line.substring(WorkerMain.STOPPED.length());
            } else if (line.startsWith(WorkerMain.FAILED)) {
                progress.accept("first failure: " + line.substring(WorkerMain.FAILED.length()));
            } else if (line.startsWith(WorkerMain.RESULT)) {
                result = ResultLine.read(line.substring(WorkerMain.RESULT.length()));
                worker.join().endInput();
            }
        }

        private static String second(String what, String numbers) {
            String[] both = numbers.split(" ");
            return String.format(Locale.ROOT, "%s %s: %,d messages", what, both[0], Long.parseLong(both[1]));
        }

        /** A load that did not come to the end of its measured time has errors and no usage. */
        private Measured measured() {
            return new Measured(
                    result,
                    workerUsed == null ? 0 : workerUsed.cpuNanos(),
                    nodeUsed == null ? new NodeUsage.Sample(0, 0, 0) : nodeUsed);
        }
    }
}
