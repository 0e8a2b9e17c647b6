package io.sluice.perf.cli;

import io.sluice.perf.load.SendStyle;
import io.sluice.perf.machine.Allocation;
import io.sluice.perf.machine.Machine;
import io.sluice.perf.machine.ProcessUsage;
import io.sluice.perf.report.HtmlReport;
import io.sluice.perf.report.ResultFiles;
import io.sluice.perf.report.Row;
import io.sluice.perf.report.Run;
import io.sluice.perf.report.Table;
import io.sluice.perf.worker.ClientKind;
import io.sluice.perf.worker.LoadMode;
import io.sluice.perf.worker.Measured;
import io.sluice.perf.worker.NodeUsage;
import io.sluice.perf.worker.WorkerProcess;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
    @Mixin
    private Surroundings surroundings;

    @Option(names = "--client", description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private ClientKind client = ClientKind.NATIVE;

    @Option(names = "--mode", description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private LoadMode mode = LoadMode.SEND;

    @Option(names = "--style", description = "of sending: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private SendStyle style = SendStyle.SYNC;

    @Option(
            names = "--address",
            paramLabel = "HOST:PORT",
            description = "name server, bootstrap server or door (default: that of a node with default ports)")
    private String address;

    @Option(names = "--broker", paramLabel = "HOST:PORT", description = "for raw loads (default: ${DEFAULT-VALUE})")
    private String broker = "127.0.0.1:10911";

    @Option(names = "--topic", description = "default: ${DEFAULT-VALUE}")
    private String topic = "Perf";

    @Option(names = "--queues", description = "of a topic that the load creates (default: ${DEFAULT-VALUE})")
    private int queues = 4;

    @Option(names = "--bytes", description = "of a body (default: ${DEFAULT-VALUE})")
    private int bytes = 128;

    @Option(names = "--batch", description = "messages per request in style BATCH (default: ${DEFAULT-VALUE})")
    private int batch = 32;

    @Option(names = "--threads", description = "that send (default: ${DEFAULT-VALUE})")
    private int threads = 1;

    @Option(names = "--in-flight", description = "unanswered at once, of each thread (default: ${DEFAULT-VALUE})")
    private int inFlight = 1;

    @Option(names = "--rate", description = "per second, latency from the intended start; 0: as fast as possible")
    private int rate;

    @Option(names = "--messages", description = "in the backlog of mode DRAIN (default: ${DEFAULT-VALUE})")
    private int messages = 1_000_000;

    @Option(names = "--warmup", description = "seconds (default: ${DEFAULT-VALUE})")
    private int warmUp = 5;

    @Option(names = "--seconds", description = "measured (default: ${DEFAULT-VALUE})")
    private int seconds = 10;

    @Option(names = "--heap", paramLabel = "MB", description = "of the client (default: ${DEFAULT-VALUE})")
    private int heapMb = 1024;

    @Option(names = "--pid", description = "process of the node, when it runs here: tells what a message costs it")
    private long pid;

    @Override
    public Integer call() throws Exception {
        Measured measured;
        WorkerProcess worker = new WorkerProcess(surroundings.root(), surroundings.java(), heapMb);
        if (pid == 0) {
            measured = worker.run(client, settings(), NodeUsage.UNKNOWN, LoadCommand::progress);
        } else {
            try (Allocation allocation = new Allocation(pid)) {
                measured = worker.run(client, settings(), () -> sample(allocation), LoadCommand::progress);
            }
        }
        Run run = new Run(
                "load", client.label() + " " + style.name().toLowerCase(Locale.ROOT), client.label(), 1, measured);
        ResultFiles files = new ResultFiles(surroundings.resultDirectory());
        files.keep(run);
        List<Row> rows = List.of(
                Row.of("%s, %d bytes, %d threads".formatted(mode.label(), bytes, threads), "", 0, List.of(run)));
        files.page(HtmlReport.of(Machine.describe(), List.of(rows)));
        System.out.print(Table.of(rows));
        System.out.printf("%nreport, run and histogram: %s%n", files.directory());
        return measured.result().errors() == 0 ? 0 : 1;
    }

    private static void progress(String line) {
        System.err.println(line);
    }

    private NodeUsage.Sample sample(Allocation allocation) {
        ProcessUsage usage = ProcessUsage.of(pid);
        return new NodeUsage.Sample(usage.cpuNanos(), allocation.bytes(), usage.residentBytes());
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("mode", mode.label());
        settings.put("style", style.name().toLowerCase(Locale.ROOT));
        settings.put("address", address != null ? address : client.defaultAddress());
        settings.put("broker", broker);
        settings.put("topic", topic);
        settings.put("queues", String.valueOf(queues));
        settings.put("bytes", String.valueOf(bytes));
        settings.put("batch", String.valueOf(batch));
        settings.put("threads", String.valueOf(threads));
        settings.put("inflight", String.valueOf(inFlight));
        settings.put("rate", String.valueOf(rate));
        settings.put("messages", String.valueOf(messages));
        settings.put("warmup", String.valueOf(warmUp));
        settings.put("seconds", String.valueOf(seconds));
        return settings;
    }
}
