package io.sluice.perf.cli;

import io.sluice.perf.load.RawSend;
import io.sluice.perf.machine.ProcessUsage;
import io.sluice.perf.measure.LoadPlan;
import io.sluice.perf.measure.LoadRun;
import io.sluice.perf.measure.Result;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sluice perf raw}: pre-encoded sends over one connection, in this process; for looking at a node while it works. */
@Command(
        name = "raw",
        description = "Pipeline pre-encoded sends over one connection to a broker that speaks the remoting protocol.",
        mixinStandardHelpOptions = true)
final class RawCommand implements Callable<Integer> {
    /** Bursts that may be unanswered at once. */
    private static final int BURSTS_IN_FLIGHT = 16;

    @Option(names = "--broker", paramLabel = "HOST:PORT", description = "default: ${DEFAULT-VALUE}")
    private String broker = "127.0.0.1:10911";

    @Option(names = "--topic", description = "default: ${DEFAULT-VALUE}")
    private String topic = "PerfRaw";

    @Option(names = "--queues", description = "default: ${DEFAULT-VALUE}")
    private int queues = 4;

    @Option(names = "--bytes", description = "bytes of a body (default: ${DEFAULT-VALUE})")
    private int bodyBytes = 128;

    @Option(names = "--warmup", description = "seconds (default: ${DEFAULT-VALUE})")
    private int warmUpSeconds = 5;

    @Option(names = "--seconds", description = "default: ${DEFAULT-VALUE}")
    private int seconds = 10;

    @Option(names = "--pid", description = "process of the broker, to tell its processor time per message")
    private long pid;

    @Override
    public Integer call() throws Exception {
        int colon = broker.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("--broker '%s' is not HOST:PORT".formatted(broker));
        }
        String host = broker.substring(0, colon);
        int port = Integer.parseInt(broker.substring(colon + 1));
        try (RawSend raw = new RawSend(host, port, topic, queues, bodyBytes)) {
            run(raw, warmUpSeconds);
            ProcessUsage before = pid == 0 ? null : ProcessUsage.of(pid);
            Result result = run(raw, seconds);
            System.out.printf(
                    "raw pipelined sends of %d bytes: %,.0f/s, errors %d%n", bodyBytes, result.rate(), result.errors());
            if (before != null) {
                ProcessUsage used = ProcessUsage.of(pid).since(before);
                System.out.printf(
                        "broker: %.2f us processor time per message, %d MB resident%n",
                        used.cpuNanos() / 1e3 / Math.max(1, result.messages()), used.residentBytes() >> 20);
            }
            return result.errors() == 0 ? 0 : 1;
        }
    }

    private static Result run(RawSend raw, int seconds) throws InterruptedException {
        return LoadRun.run(
                LoadPlan.fast(Duration.ZERO, Duration.ofSeconds(seconds), 1, BURSTS_IN_FLIGHT),
                (number, thread, completion) -> raw.burst(completion));
    }
}
