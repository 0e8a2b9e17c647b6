package io.sluice.perf.cli;

import io.sluice.perf.compare.BoundRule;
import io.sluice.perf.limit.Limits;
import io.sluice.perf.load.LoadSettings;
import io.sluice.perf.load.RawSend;
import io.sluice.perf.load.Reading;
import io.sluice.perf.load.SendStyle;
import io.sluice.perf.machine.Allocation;
import io.sluice.perf.machine.LocalNode;
import io.sluice.perf.machine.Machine;
import io.sluice.perf.machine.ProcessUsage;
import io.sluice.perf.measure.LoadPlan;
import io.sluice.perf.report.Bound;
import io.sluice.perf.report.HtmlReport;
import io.sluice.perf.report.ResultFiles;
import io.sluice.perf.report.Row;
import io.sluice.perf.report.Run;
import io.sluice.perf.report.Section;
import io.sluice.perf.report.Table;
import io.sluice.perf.worker.ClientKind;
import io.sluice.perf.worker.LoadMode;
import io.sluice.perf.worker.LoadRequest;
import io.sluice.perf.worker.Measured;
import io.sluice.perf.worker.NodeUsage;
import io.sluice.perf.worker.WorkerProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sluice perf load}: one load through one door of a node that runs already. */
@Command(
        name = "load",
        description = "Load a running node through one client: send, drain a backlog, or send and receive at once.",
        mixinStandardHelpOptions = true)
final class LoadCommand implements Callable<Integer> {
    private static final int OPEN_ASYNC = 64;

    @Mixin
    private Surroundings surroundings;

    @Option(names = "--client", description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private ClientKind client = ClientKind.NATIVE;

    @Option(names = "--mode", description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private LoadMode mode = LoadMode.SEND;

    @Option(names = "--style", description = "of sending: ${COMPLETION-CANDIDATES} (default: the client's first)")
    private SendStyle style;

    @Option(names = "--reading", description = "${COMPLETION-CANDIDATES} (default: the client's first)")
    private Reading reading;

    @Option(
            names = "--address",
            paramLabel = "HOST:PORT",
            description = "name server, bootstrap server or door (default: that of a node with default ports)")
    private String address;

    @Option(names = "--broker", paramLabel = "HOST:PORT", description = "for raw loads (default: ${DEFAULT-VALUE})")
    private String broker = "127.0.0.1:10911";

    @Option(names = "--topic", description = "default: Perf; a new one for a drain, whose backlog must be its own")
    private String topic;

    @Option(names = "--topics", description = "how many, called NAME-0 and so on (default: ${DEFAULT-VALUE})")
    private int topics = 1;

    @Option(names = "--queues", description = "of a topic that the load creates (default: ${DEFAULT-VALUE})")
    private int queues = 4;

    @Option(names = "--bytes", description = "of a body (default: ${DEFAULT-VALUE})")
    private int bytes = 128;

    @Option(names = "--batch", description = "messages per request in style batch (default: ${DEFAULT-VALUE})")
    private int batch = 32;

    @Option(names = "--linger", paramLabel = "MS", description = "of Kafka's client (default: ${DEFAULT-VALUE})")
    private int lingerMs;

    @Option(names = "--threads", description = "that send (default: ${DEFAULT-VALUE})")
    private int threads = 1;

    @Option(names = "--in-flight", description = "unanswered at once, of each thread (default: 64, or 1 if waited for)")
    private Integer inFlight;

    @Option(
            names = "--rate",
            description = "sends due each second, timed from when they were due; 0: as fast as possible")
    private int rate;

    @Option(names = "--producers", description = "client instances that send (default: ${DEFAULT-VALUE})")
    private int producers = 1;

    @Option(names = "--consumers", description = "of each group (default: ${DEFAULT-VALUE})")
    private int consumers = 1;

    @Option(names = "--groups", description = "each receives every message (default: ${DEFAULT-VALUE})")
    private int groups = 1;

    @Option(names = "--backlog", paramLabel = "N", description = "messages to drain (default: ${DEFAULT-VALUE})")
    private long backlog = 200_000;

    @Option(names = "--warmup", paramLabel = "SECONDS", description = "default: ${DEFAULT-VALUE}")
    private int warmUp = 5;

    @Option(names = "--seconds", description = "measured (default: ${DEFAULT-VALUE})")
    private int seconds = 10;

    @Option(names = "--count", paramLabel = "N", description = "messages to measure, instead of seconds")
    private long count;

    @Option(names = "--heap", paramLabel = "MB", description = "of the client (default: ${DEFAULT-VALUE})")
    private int heapMb = 1024;

    @Option(
            names = "--pid",
            description = "process of the node: tells what a message costs it (default: the one node that runs here)")
    private Long pid;

    @Override
    public Integer call() throws Exception {
        LoadRequest request = request();
        Measured measured = measure(request);
        Run run = new Run("load", label(), label().replaceAll("\\W+", "-"), measured);
        ResultFiles files = new ResultFiles(surroundings.resultDirectory());
        files.keep(run);
        Section section = new Section(
                "load",
                "%s, %d bytes, %d thread(s)%s"
                        .formatted(mode.label(), bytes, threads, rate == 0 ? "" : ", %,d sends/s".formatted(rate)),
                List.of(Row.of(bound(request), List.of(run))),
                List.of());
        files.page(HtmlReport.of(Machine.describe(), List.of(section)));
        System.out.print(Table.of(section));
        System.out.printf("%nreport, run and histogram: %s%n", files.directory());
        return measured.result().errors() == 0 ? 0 : 1;
    }

    /** Options that were not given get what the client does by default. */
    private LoadRequest request() {
        style = style != null ? style : client.styles().get(0);
        reading = reading != null
                ? reading
                : client.readings().stream().findFirst().orElse(Reading.PUSH);
        address = address != null ? address : client.defaultAddress();
        String ownTopic = mode == LoadMode.DRAIN ? "PerfDrain-" + System.currentTimeMillis() / 1000 : "Perf";
        return new LoadRequest(
                client,
                mode,
                new LoadSettings(
                        address,
                        broker,
                        topic != null ? topic : ownTopic,
                        topics,
                        queues,
                        style,
                        reading,
                        batch,
                        bytes,
                        lingerMs),
                plan(),
                producers,
                consumers,
                groups,
                backlog);
    }

    private LoadPlan plan() {
        int perStep = client == ClientKind.RAW ? RawSend.BURST : style == SendStyle.BATCH ? batch : 1;
        int open = inFlight != null ? inFlight : style.isWaitedFor() ? 1 : OPEN_ASYNC;
        return new LoadPlan(
                Duration.ofSeconds(warmUp),
                Duration.ofSeconds(seconds),
                (count + perStep - 1) / perStep,
                threads,
                open,
                rate);
    }

    private String label() {
        return client.label() + " " + (mode == LoadMode.SEND ? style.label() : style.label() + ", " + reading.label());
    }

    private Measured measure(LoadRequest request) throws InterruptedException {
        WorkerProcess worker = new WorkerProcess(surroundings.root(), surroundings.java(), heapMb);
        long node = pid != null
                ? pid
                : address.startsWith("127.") || address.startsWith("localhost")
                        ? LocalNode.pid().orElse(0)
                        : 0;
        if (node == 0) {
            return worker.run(request, NodeUsage.UNKNOWN, LoadCommand::progress);
        }
        System.err.println("the node is process " + node);
        try (Allocation allocation = new Allocation(node)) {
            return worker.run(request, () -> sample(node, allocation), LoadCommand::progress);
        }
    }

    private Bound bound(LoadRequest request) throws IOException {
        Optional<Limits> limits = KeptLimits.of(surroundings).read();
        if (limits.isEmpty()) {
            System.err.println(
                    "no limits of this machine to hold the rate against; measure them with: sluice perf limits");
        }
        return limits.map(known -> BoundRule.of(request).of(known, bytes)).orElse(Bound.NONE);
    }

    private static void progress(String line) {
        System.err.println(line);
    }

    private static NodeUsage.Sample sample(long node, Allocation allocation) {
        ProcessUsage usage = ProcessUsage.of(node);
        return new NodeUsage.Sample(usage.cpuNanos(), allocation.bytes(), usage.residentBytes());
    }
}
