package io.sluice.perf.compare;

import static io.sluice.perf.load.SendStyle.ASYNC;
import static io.sluice.perf.load.SendStyle.BATCH;
import static io.sluice.perf.load.SendStyle.SYNC;
import static io.sluice.perf.target.TargetKind.KAFKA;
import static io.sluice.perf.target.TargetKind.ROCKETMQ;
import static io.sluice.perf.target.TargetKind.SLUICE;
import static io.sluice.perf.worker.LoadMode.DRAIN;
import static io.sluice.perf.worker.LoadMode.SEND;
import static io.sluice.perf.worker.LoadMode.TRIP;

import io.sluice.perf.worker.ClientKind;
import io.sluice.perf.worker.LoadMode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One row of docs/PERFORMANCE.md.
 *
 * @param goal     what is aimed at, in a sentence
 * @param limit    beginning of the name of the limit that rates are held against; empty: none
 * @param threads  that start steps
 * @param inFlight steps open at once of each thread
 * @param rate     steps due each second; 0: as fast as possible
 * @param messages in the backlog, in millions, for draining
 */
record Scenario(
        String name,
        String title,
        String goal,
        String limit,
        LoadMode mode,
        int threads,
        int inFlight,
        int rate,
        int bodyBytes,
        int messages,
        boolean syncFlush,
        List<Contestant> contestants) {
    private static final String ECHO_CALLERS = "Netty echo, 64 callers";
    private static final String ECHO_PIPELINED = "Netty echo, pipelined";
    private static final String FORCE = "force of 4 KB, channel";
    private static final int CALLERS = 64;
    /** For all threads of an asynchronous load together: some tens of megabytes at 1 KB. */
    private static final int ASYNC_OPEN = 16_384;

    private static final int TRIP_RATE = 10_000;

    static final List<Scenario> ALL = List.of(
            send(
                    "apache-sync",
                    "Apache client, sync send, 64 threads",
                    "node CPU at most 0.33 x, rate at least 1.3 x",
                    ECHO_CALLERS,
                    CALLERS,
                    1,
                    128,
                    false,
                    Contestant.of(SLUICE, ClientKind.APACHE, SYNC),
                    Contestant.of(ROCKETMQ, ClientKind.APACHE, SYNC)),
            send(
                    "apache-batch",
                    "Apache client, batches of 32, 16 threads",
                    "node CPU at most 0.33 x, rate at least 1.5 x",
                    "",
                    16,
                    1,
                    128,
                    false,
                    Contestant.of(SLUICE, ClientKind.APACHE, BATCH),
                    Contestant.of(ROCKETMQ, ClientKind.APACHE, BATCH)),
            drain(
                    "apache-drain",
                    "Apache push consumer draining a backlog",
                    "node CPU at most 0.5 x, rate at least 1.25 x",
                    2,
                    Contestant.of(SLUICE, ClientKind.APACHE, BATCH),
                    Contestant.of(ROCKETMQ, ClientKind.APACHE, BATCH)),
            send(
                    "raw",
                    "raw pipelined sends, one connection, 1024 in flight",
                    "rate at least 5 x",
                    ECHO_PIPELINED,
                    1,
                    16,
                    128,
                    false,
                    Contestant.of(SLUICE, ClientKind.RAW, ASYNC),
                    Contestant.of(ROCKETMQ, ClientKind.RAW, ASYNC)),
            send(
                    "native-sync",
                    "native client, sync send, 64 threads",
                    "at least 120k/s and Kafka's; node CPU at most Kafka's",
                    ECHO_CALLERS,
                    CALLERS,
                    1,
                    128,
                    false,
                    Contestant.of(SLUICE, ClientKind.NATIVE, SYNC),
                    Contestant.of(KAFKA, ClientKind.KAFKA, SYNC)),
            send(
                    "native-async",
                    "native client, async, 128 B",
                    "at least 1,500k/s and Kafka's",
                    "",
                    2,
                    ASYNC_OPEN / 2,
                    128,
                    false,
                    Contestant.of(SLUICE, ClientKind.NATIVE, ASYNC),
                    Contestant.of(KAFKA, ClientKind.KAFKA, ASYNC),
                    new Contestant(KAFKA, ClientKind.KAFKA, ASYNC, 5)),
            send(
                    "native-async-1k",
                    "native client, async, 1 KB",
                    "at least Kafka's",
                    "",
                    2,
                    ASYNC_OPEN / 2,
                    1024,
                    false,
                    Contestant.of(SLUICE, ClientKind.NATIVE, ASYNC),
                    Contestant.of(KAFKA, ClientKind.KAFKA, ASYNC),
                    new Contestant(KAFKA, ClientKind.KAFKA, ASYNC, 5)),
            send(
                    "native-batch",
                    "native client, batches of 32, 16 threads",
                    "",
                    "",
                    16,
                    1,
                    128,
                    false,
                    Contestant.of(SLUICE, ClientKind.NATIVE, BATCH)),
            drain(
                    "native-drain",
                    "native push consumer draining a backlog",
                    "at least Kafka's",
                    2,
                    Contestant.of(SLUICE, ClientKind.NATIVE, BATCH),
                    Contestant.of(KAFKA, ClientKind.KAFKA, ASYNC)),
            send(
                    "sync-flush",
                    "sync flush, sync send, 64 threads",
                    "native at least 3 x RocketMQ's, Apache client at least 1.5 x",
                    FORCE,
                    CALLERS,
                    1,
                    128,
                    true,
                    Contestant.of(SLUICE, ClientKind.NATIVE, SYNC),
                    Contestant.of(SLUICE, ClientKind.APACHE, SYNC),
                    Contestant.of(ROCKETMQ, ClientKind.APACHE, SYNC),
                    Contestant.of(KAFKA, ClientKind.KAFKA, SYNC)),
            new Scenario(
                    "end-to-end",
                    "end to end at 10,000/s, send to push receive",
                    "p50 under 0.3 ms, p99.6 under 1 ms, p99.996 under 10 ms",
                    "",
                    TRIP,
                    1,
                    2 * TRIP_RATE,
                    TRIP_RATE,
                    128,
                    0,
                    false,
                    List.of(
                            Contestant.of(SLUICE, ClientKind.NATIVE, ASYNC),
                            Contestant.of(ROCKETMQ, ClientKind.APACHE, ASYNC),
                            Contestant.of(KAFKA, ClientKind.KAFKA, ASYNC))),
            send(
                    "doors",
                    "other doors, sync send, 16 threads",
                    "",
                    "",
                    16,
                    1,
                    128,
                    false,
                    Contestant.of(SLUICE, ClientKind.NATIVE, SYNC),
                    Contestant.of(SLUICE, ClientKind.HTTP, SYNC),
                    Contestant.of(SLUICE, ClientKind.MQTT, SYNC),
                    Contestant.of(SLUICE, ClientKind.JMS, SYNC)));

    private static Scenario send(
            String name,
            String title,
            String goal,
            String limit,
            int threads,
            int inFlight,
            int bodyBytes,
            boolean syncFlush,
            Contestant... contestants) {
        return new Scenario(
                name, title, goal, limit, SEND, threads, inFlight, 0, bodyBytes, 0, syncFlush, List.of(contestants));
    }

    /** The backlog is filled by sixteen threads, whatever the style. */
    private static Scenario drain(String name, String title, String goal, int millions, Contestant... contestants) {
        return new Scenario(
                name, title, goal, "", DRAIN, 16, ASYNC_OPEN / 16, 0, 128, millions, false, List.of(contestants));
    }

    /** What the worker is told, without times and addresses. */
    Map<String, String> workerSettings(Contestant contestant) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("mode", mode.label());
        settings.put("style", contestant.style().name().toLowerCase(java.util.Locale.ROOT));
        settings.put("threads", String.valueOf(threads));
        // A synchronous step is over when it returns, so a larger bound changes nothing for it.
        settings.put("inflight", String.valueOf(inFlight));
        settings.put("rate", String.valueOf(rate));
        settings.put("bytes", String.valueOf(bodyBytes));
        settings.put("linger", String.valueOf(contestant.lingerMs()));
        settings.put("topic", "Perf");
        return settings;
    }
}
