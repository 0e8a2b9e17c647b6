package io.sluice.perf.worker;

import io.sluice.perf.load.LoadClient;
import io.sluice.perf.load.LoadSettings;
import io.sluice.perf.load.RoundTrip;
import io.sluice.perf.measure.Drain;
import io.sluice.perf.measure.LoadPlan;
import io.sluice.perf.measure.LoadRun;
import io.sluice.perf.measure.LoadWatch;
import io.sluice.perf.measure.Operation;
import io.sluice.perf.measure.Result;
import io.sluice.perf.measure.ResultLine;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Runs one load, told by {@code name=value} arguments, and prints what came of it. */
public final class WorkerMain {
    static final String MEASURING = "MEASURING";
    static final String MEASURED = "MEASURED";
    static final String SECOND = "SECOND ";
    static final String FAILED = "FAILED ";
    static final String RESULT = "RESULT ";

    private static final long FIRST_ANSWER_SECONDS = 30;
    private static final long DRAIN_SECONDS = 120;
    private static final int FILL_EMPTY_SECONDS = 15;
    private static final long RETRY_NANOS = 200_000_000;
    /** Part of a backlog that is read before counting starts. */
    private static final int WARM_UP_PART = 4;

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final Map<String, String> given;
    private final LoadSettings settings;

    private WorkerMain(Map<String, String> given) {
        this.given = given;
        this.settings = LoadSettings.of(given);
    }

    public static void main(String[] arguments) throws Exception {
        Map<String, String> given = new LinkedHashMap<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            given.put(argument.substring(0, equals), argument.substring(equals + 1));
        }
        new WorkerMain(given).run();
        // Clients of the peers leave threads behind.
        System.exit(0);
    }

    private void run() throws Exception {
        try (LoadClient client = open()) {
            awaitFirstAnswer(client);
            Result result = load(client);
            out.println(RESULT + ResultLine.write(result));
            awaitEndOfInput();
        }
    }

    /** The parent still samples what this process has used, which is gone with it. */
    private static void awaitEndOfInput() throws IOException {
        while (System.in.read() >= 0) {
            continue;
        }
    }

    private LoadClient open() throws Exception {
        String type =
                ClientKind.valueOf(given.get("client").toUpperCase(Locale.ROOT)).type();
        try {
            return (LoadClient)
                    Class.forName(type).getConstructor(LoadSettings.class).newInstance(settings);
        } catch (InvocationTargetException failed) {
            throw failed.getCause() instanceof Exception cause ? cause : failed;
        }
    }

    /** A cluster that has just started may not know its brokers yet; the topic may have to be created. */
    private void awaitFirstAnswer(LoadClient client) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(FIRST_ANSWER_SECONDS);
        while (true) {
            try {
                client.send(body()).toCompletableFuture().get(FIRST_ANSWER_SECONDS, TimeUnit.SECONDS);
                return;
            } catch (ExecutionException | TimeoutException | RuntimeException notYet) {
                if (System.nanoTime() > deadline) {
                    throw notYet;
                }
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    private byte[] body() {
        byte[] body = new byte[settings.bodyBytes()];
        new Random(1).nextBytes(body);
        return body;
    }

    private Result load(LoadClient client) throws Exception {
        LoadPlan plan = new LoadPlan(
                Duration.ofSeconds(number("warmup", 5)),
                Duration.ofSeconds(number("seconds", 10)),
                (int) number("threads", 1),
                (int) number("inflight", 1),
                number("rate", 0));
        byte[] body = body();
        return switch (LoadMode.valueOf(given.getOrDefault("mode", "send").toUpperCase(Locale.ROOT))) {
            case SEND -> LoadRun.run(plan, number -> client.send(body), new Told());
            case TRIP -> LoadRun.run(plan, new RoundTrip(client, group(), settings.bodyBytes()), new Told());
            case DRAIN -> drain(client, plan, number("messages", 1_000_000));
        };
    }

    private long number(String name, long otherwise) {
        return Long.parseLong(given.getOrDefault(name, String.valueOf(otherwise)));
    }

    private static String group() {
        return "perf-in-" + ProcessHandle.current().pid();
    }

    private Result drain(LoadClient client, LoadPlan plan, long messages) throws Exception {
        fill(client, plan, messages);
        Drain drain = new Drain(messages / WARM_UP_PART, messages, new Told());
        client.receive(group(), body -> drain.received());
        return drain.await(DRAIN_SECONDS);
    }

    /** Sends until at least this many are acknowledged. */
    private void fill(LoadClient client, LoadPlan plan, long messages) throws InterruptedException {
        byte[] body = body();
        AtomicLong acknowledged = new AtomicLong();
        Operation send = number -> {
            CompletionStage<Integer> sent = client.send(body);
            sent.thenAccept(acknowledged::addAndGet);
            return sent;
        };
        LoadPlan second = new LoadPlan(Duration.ZERO, Duration.ofSeconds(1), plan.threads(), plan.inFlight(), 0);
        int emptySeconds = 0;
        while (acknowledged.get() < messages) {
            Result filled = LoadRun.run(second, send);
            emptySeconds = filled.messages() == 0 ? emptySeconds + 1 : 0;
            if (emptySeconds == FILL_EMPTY_SECONDS) {
                throw new IllegalStateException(
                        "the backlog has not grown for %d s; sends that failed in the last one: %d"
                                .formatted(emptySeconds, filled.errors()));
            }
        }
    }

    /** Passes on what the parent process needs to sample processor time at the right moments. */
    private final class Told implements LoadWatch {
        @Override
        public void measuring() {
            out.println(MEASURING);
        }

        @Override
        public void second(int number, long messages) {
            out.println(SECOND + number + " " + messages);
        }

        @Override
        public void failed(Throwable failure) {
            out.println(FAILED + failure);
        }

        @Override
        public void measured() {
            out.println(MEASURED);
        }
    }
}
