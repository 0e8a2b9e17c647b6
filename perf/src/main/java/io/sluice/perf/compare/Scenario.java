package io.sluice.perf.compare;

import static io.sluice.perf.compare.Contestant.callers;
import static io.sluice.perf.load.SendStyle.ASYNC;
import static io.sluice.perf.load.SendStyle.BATCH;
import static io.sluice.perf.load.SendStyle.ONE_WAY;
import static io.sluice.perf.load.SendStyle.SYNC;
import static io.sluice.perf.target.TargetKind.KAFKA;
import static io.sluice.perf.target.TargetKind.ROCKETMQ;
import static io.sluice.perf.target.TargetKind.SLUICE;
import static io.sluice.perf.worker.ClientKind.APACHE;
import static io.sluice.perf.worker.ClientKind.HTTP;
import static io.sluice.perf.worker.ClientKind.JMS;
import static io.sluice.perf.worker.ClientKind.MQTT;
import static io.sluice.perf.worker.ClientKind.NATIVE;
import static io.sluice.perf.worker.ClientKind.RAW;

import io.sluice.perf.limit.Limits;
import io.sluice.perf.load.LoadSettings;
import io.sluice.perf.load.Reading;
import io.sluice.perf.load.SendStyle;
import io.sluice.perf.measure.LoadPlan;
import io.sluice.perf.target.TargetKind;
import io.sluice.perf.worker.ClientKind;
import io.sluice.perf.worker.LoadRequest;
import java.time.Duration;
import java.util.List;

/**
 * One row of docs/PERFORMANCE.md.
 *
 * @param rate    steps due each second; 0: as fast as possible
 * @param backlog messages to drain
 */
record Scenario(
        String name,
        String title,
        Task task,
        int rate,
        int bodyBytes,
        int backlog,
        boolean syncFlush,
        BoundRule bound,
        List<Contestant> contestants,
        List<Goal> goals) {
    static final int CALLERS = 64;
    static final int BODY_BYTES = 128;

    private static final int BATCH_CALLERS = 16;
    private static final int DOOR_CALLERS = 16;
    private static final int BATCH_MESSAGES = 32;
    private static final int ASYNC_THREADS = 2;
    /** For all threads of an asynchronous load together: some tens of megabytes at 1 KB. */
    private static final int ASYNC_OPEN = 16_384;
    /** Bursts of raw frames, 64 each. */
    private static final int RAW_OPEN = 16;

    private static final int TRIP_RATE = Limits.PACED_RATE;
    private static final int DOOR_TRIP_RATE = 500;
    private static final int ALLOCATION_BYTES = 200;

    static final List<Scenario> ALL = List.of(
            send("apache-sync", "Apache client, sync send, 64 threads")
                    .of(callers(SLUICE, APACHE, SYNC, CALLERS), callers(ROCKETMQ, APACHE, SYNC, CALLERS))
                    .bound(BoundRule.ECHO_CALLERS)
                    .goals(Goal.nodeTime(0.33, 1), Goal.rate(0, 1.3, 1)),
            send("apache-batch", "Apache client, batches of 32, 16 threads")
                    .of(callers(SLUICE, APACHE, BATCH, BATCH_CALLERS), callers(ROCKETMQ, APACHE, BATCH, BATCH_CALLERS))
                    .bound(BoundRule.WRITE_FRESH)
                    .goals(Goal.nodeTime(0.33, 1), Goal.rate(0, 1.5, 1)),
            drain("apache-drain", "Apache push consumer draining a backlog of 2 million", 2_000_000)
                    .of(callers(SLUICE, APACHE, BATCH, BATCH_CALLERS), callers(ROCKETMQ, APACHE, BATCH, BATCH_CALLERS))
                    .bound(BoundRule.LOOPBACK)
                    .goals(Goal.nodeTime(0.5, 1), Goal.rate(0, 1.25, 1)),
            send("raw", "raw pipelined sends, one connection, up to 1024 in flight")
                    .of(raw(SLUICE), raw(ROCKETMQ))
                    .bound(BoundRule.ECHO_PIPELINED)
                    .goals(Goal.rate(0, 5, 1)),
            send("native-sync", "native client, sync send, 64 threads")
                    .of(callers(SLUICE, NATIVE, SYNC, CALLERS), callers(KAFKA, ClientKind.KAFKA, SYNC, CALLERS))
                    .bound(BoundRule.ECHO_CALLERS)
                    .goals(Goal.rateAtLeast(120_000), Goal.rate(0, 1, 1), Goal.nodeTime(1, 1)),
            send("native-async", "native client, async, 128 B")
                    .of(
                            async(SLUICE, NATIVE),
                            async(KAFKA, ClientKind.KAFKA),
                            async(KAFKA, ClientKind.KAFKA).withLinger(5))
                    .bound(BoundRule.WRITE_FRESH)
                    .goals(Goal.rateAtLeast(1_500_000), Goal.rate(0, 1, 1), Goal.rate(0, 1, 2)),
            send("native-async-1k", "native client, async, 1 KB")
                    .of(
                            async(SLUICE, NATIVE),
                            async(KAFKA, ClientKind.KAFKA),
                            async(KAFKA, ClientKind.KAFKA).withLinger(5))
                    .bytes(1024)
                    .bound(BoundRule.WRITE_FRESH)
                    .goals(Goal.rate(0, 1, 1), Goal.rate(0, 1, 2)),
            drain("native-drain", "native push consumer draining a backlog of 3 million", 3_000_000)
                    .of(callers(SLUICE, NATIVE, BATCH, BATCH_CALLERS), async(KAFKA, ClientKind.KAFKA))
                    .bound(BoundRule.LOOPBACK)
                    .goals(Goal.rate(0, 1, 1)),
            send("sync-flush", "sync flush, sync send, 64 threads")
                    .of(
                            callers(SLUICE, NATIVE, SYNC, CALLERS),
                            callers(SLUICE, APACHE, SYNC, CALLERS),
                            callers(ROCKETMQ, APACHE, SYNC, CALLERS),
                            callers(KAFKA, ClientKind.KAFKA, SYNC, CALLERS))
                    .flushed()
                    .bound(BoundRule.GROUP_COMMIT)
                    .goals(Goal.rate(0, 3, 2), Goal.rate(1, 1.5, 2)),
            trip("end-to-end", "end to end at 10,000/s, send to push receive", TRIP_RATE)
                    .of(
                            trips(SLUICE, NATIVE, ASYNC, TRIP_RATE),
                            trips(ROCKETMQ, APACHE, ASYNC, TRIP_RATE),
                            trips(KAFKA, ClientKind.KAFKA, ASYNC, TRIP_RATE))
                    .bound(BoundRule.ECHO_PACED)
                    .goals(Goal.within(50, 0.3), Goal.within(99.6, 1), Goal.within(99.996, 10)),
            send("allocation", "heap allocated by the node per stored message")
                    .of(raw(SLUICE), async(SLUICE, NATIVE), callers(SLUICE, NATIVE, SYNC, CALLERS))
                    .goals(
                            Goal.allocation(0, ALLOCATION_BYTES),
                            Goal.allocation(1, ALLOCATION_BYTES),
                            Goal.allocation(2, ALLOCATION_BYTES)),
            new Scenario(
                            "start",
                            "process start to first acknowledged send, name server and broker; resident memory idle",
                            Task.START,
                            0,
                            BODY_BYTES,
                            0,
                            false,
                            BoundRule.NONE,
                            List.of(),
                            List.of())
                    .of(raw(SLUICE), raw(ROCKETMQ))
                    .goals(Goal.within(50, 1500), Goal.resident(250)),
            send("send-styles", "native client, every style of sending")
                    .of(
                            callers(SLUICE, NATIVE, SYNC, BATCH_CALLERS),
                            async(SLUICE, NATIVE),
                            callers(SLUICE, NATIVE, BATCH, BATCH_CALLERS),
                            Contestant.of(SLUICE, NATIVE, ONE_WAY, ASYNC_THREADS, ASYNC_OPEN / ASYNC_THREADS)),
            drain("read-styles", "native client, every way of receiving, a backlog of 300,000", 300_000)
                    .of(
                            callers(SLUICE, NATIVE, BATCH, BATCH_CALLERS),
                            callers(SLUICE, NATIVE, BATCH, BATCH_CALLERS).reading(Reading.PULL),
                            callers(SLUICE, NATIVE, BATCH, BATCH_CALLERS).reading(Reading.LEASE)),
            send("clients-sync", "native and Apache client at the same broker, sync send, 64 threads")
                    .of(callers(SLUICE, NATIVE, SYNC, CALLERS), callers(SLUICE, APACHE, SYNC, CALLERS))
                    .bound(BoundRule.ECHO_CALLERS)
                    .goals(Goal.rate(0, 1, 1)),
            send("clients-async", "native and Apache client at the same broker, async send")
                    .of(async(SLUICE, NATIVE), async(SLUICE, APACHE))
                    .bound(BoundRule.WRITE_FRESH)
                    .goals(Goal.rate(0, 1, 1)),
            send("clients-batch", "native and Apache client at the same broker, batches of 32, 16 threads")
                    .of(callers(SLUICE, NATIVE, BATCH, BATCH_CALLERS), callers(SLUICE, APACHE, BATCH, BATCH_CALLERS))
                    .bound(BoundRule.WRITE_FRESH)
                    .goals(Goal.rate(0, 1, 1)),
            drain(
                            "clients-drain",
                            "native and Apache push consumer at the same broker, a backlog of a million",
                            1_000_000)
                    .of(callers(SLUICE, NATIVE, BATCH, BATCH_CALLERS), callers(SLUICE, APACHE, BATCH, BATCH_CALLERS))
                    .bound(BoundRule.LOOPBACK)
                    .goals(Goal.rate(0, 1, 1)),
            send("doors", "every door, sync send, 16 threads")
                    .of(
                            callers(SLUICE, NATIVE, SYNC, DOOR_CALLERS),
                            callers(SLUICE, HTTP, SYNC, DOOR_CALLERS),
                            callers(SLUICE, MQTT, SYNC, DOOR_CALLERS),
                            callers(SLUICE, JMS, SYNC, DOOR_CALLERS)),
            drain("door-reads", "every door, draining a backlog of 50,000", 50_000)
                    .of(
                            callers(SLUICE, NATIVE, SYNC, DOOR_CALLERS),
                            callers(SLUICE, HTTP, SYNC, DOOR_CALLERS),
                            callers(SLUICE, HTTP, SYNC, DOOR_CALLERS).reading(Reading.PULL),
                            callers(SLUICE, MQTT, SYNC, DOOR_CALLERS),
                            callers(SLUICE, JMS, SYNC, DOOR_CALLERS)),
            trip("door-trips", "every door, end to end at 500/s", DOOR_TRIP_RATE)
                    .of(
                            trips(SLUICE, NATIVE, ASYNC, DOOR_TRIP_RATE),
                            callers(SLUICE, HTTP, SYNC, DOOR_CALLERS),
                            callers(SLUICE, MQTT, SYNC, DOOR_CALLERS),
                            callers(SLUICE, JMS, SYNC, DOOR_CALLERS)));

    private static Scenario send(String name, String title) {
        return new Scenario(name, title, Task.SEND, 0, BODY_BYTES, 0, false, BoundRule.NONE, List.of(), List.of());
    }

    private static Scenario drain(String name, String title, int backlog) {
        return new Scenario(
                name, title, Task.DRAIN, 0, BODY_BYTES, backlog, false, BoundRule.NONE, List.of(), List.of());
    }

    private static Scenario trip(String name, String title, int rate) {
        return new Scenario(name, title, Task.TRIP, rate, BODY_BYTES, 0, false, BoundRule.NONE, List.of(), List.of());
    }

    private static Contestant raw(TargetKind target) {
        return Contestant.of(target, RAW, ASYNC, 1, RAW_OPEN);
    }

    private static Contestant async(TargetKind target, ClientKind client) {
        return Contestant.of(target, client, ASYNC, ASYNC_THREADS, ASYNC_OPEN / ASYNC_THREADS);
    }

    /** Two seconds' worth may be open: a stall shows as latency, not as a load that stops. */
    private static Contestant trips(TargetKind target, ClientKind client, SendStyle style, int rate) {
        return Contestant.of(target, client, style, 1, 2 * rate);
    }

    private Scenario of(Contestant... all) {
        return new Scenario(name, title, task, rate, bodyBytes, backlog, syncFlush, bound, List.of(all), goals);
    }

    private Scenario goals(Goal... all) {
        return new Scenario(name, title, task, rate, bodyBytes, backlog, syncFlush, bound, contestants, List.of(all));
    }

    private Scenario bound(BoundRule rule) {
        return new Scenario(name, title, task, rate, bodyBytes, backlog, syncFlush, rule, contestants, goals);
    }

    private Scenario bytes(int bytes) {
        return new Scenario(name, title, task, rate, bytes, backlog, syncFlush, bound, contestants, goals);
    }

    private Scenario flushed() {
        return new Scenario(name, title, task, rate, bodyBytes, backlog, true, bound, contestants, goals);
    }

    /** What the client of this contestant is asked to do. */
    LoadRequest request(Contestant contestant, String address, String broker, ComparePlan times) {
        return new LoadRequest(
                contestant.client(),
                task.mode(),
                new LoadSettings(
                        address,
                        broker,
                        "Perf",
                        1,
                        ComparePlan.QUEUES,
                        contestant.style(),
                        contestant.reading(),
                        BATCH_MESSAGES,
                        bodyBytes,
                        contestant.lingerMs()),
                new LoadPlan(
                        Duration.ofSeconds(times.warmUpSeconds()),
                        Duration.ofSeconds(times.seconds()),
                        0,
                        contestant.threads(),
                        contestant.inFlight(),
                        rate),
                1,
                1,
                1,
                backlog / times.backlogDivisor());
    }
}
