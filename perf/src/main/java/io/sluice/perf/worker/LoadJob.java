package io.sluice.perf.worker;

import io.sluice.perf.load.LoadClient;
import io.sluice.perf.load.LoadSettings;
import io.sluice.perf.load.Member;
import io.sluice.perf.load.RoundTrip;
import io.sluice.perf.measure.Completion;
import io.sluice.perf.measure.Drain;
import io.sluice.perf.measure.LoadPlan;
import io.sluice.perf.measure.LoadRun;
import io.sluice.perf.measure.LoadWatch;
import io.sluice.perf.measure.Operation;
import io.sluice.perf.measure.Result;
import io.sluice.runtime.CloseStack;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Does what a request asks for: opens the clients, waits until the way is open, runs the load. For one run. */
public final class LoadJob implements AutoCloseable {
    private static final long FIRST_ANSWER_SECONDS = 30;
    private static final long ANSWER_SECONDS = 10;
    private static final long RETRY_NANOS = 200_000_000;
    /** Without a message for so long, a drain is over. */
    private static final long DRAIN_PATIENCE_SECONDS = 20;

    private static final int FILL_EMPTY_SECONDS = 15;
    /** Part of a drain, as its divisor, that is not measured: joining the group, and the first reads. */
    private static final int JOINING_PART = 10;

    private final CloseStack opened = new CloseStack();
    private final List<LoadClient> clients = new ArrayList<>();
    private final LongAdder stored = new LongAdder();
    private final LoadRequest request;
    private final LoadSettings settings;
    private final LoadPlan plan;
    private final byte[] body;

    private LoadJob(LoadRequest request) {
        this.request = request;
        this.settings = request.settings();
        this.plan = request.plan();
        this.body = new byte[settings.bodyBytes()];
        new Random(1).nextBytes(body);
    }

    /** Runs the load to its end. */
    public static Result run(LoadRequest request, LoadWatch watch) throws Exception {
        try (LoadJob job = new LoadJob(request)) {
            return job.run(watch);
        }
    }

    private Result run(LoadWatch watch) throws Exception {
        int receivers = request.mode() == LoadMode.SEND ? 0 : request.consumers() * request.groups();
        for (int i = 0; i < Math.max(request.producers(), receivers); i++) {
            clients.add(opened.push(open()));
        }
        awaitFirstAnswers();
        return switch (request.mode()) {
            case SEND -> LoadRun.run(plan, this::send, watch);
            case TRIP -> trip(watch);
            case DRAIN -> drain(watch);
        };
    }

    private LoadClient open() throws Exception {
        try {
            return (LoadClient) Class.forName(request.client().type())
                    .getConstructor(LoadSettings.class)
                    .newInstance(settings);
        } catch (InvocationTargetException failed) {
            throw new IllegalStateException(
                    "--client %s cannot connect to %s: %s; does a node listen there?"
                            .formatted(
                                    request.client().label(),
                                    address(),
                                    failed.getCause().getMessage()),
                    failed.getCause());
        }
    }

    private String address() {
        return request.client() == ClientKind.RAW ? settings.broker() : settings.address();
    }

    private void send(long number, int thread, Completion completion) throws Exception {
        clients.get(thread % request.producers()).send(topicOf(number), body, completion);
    }

    private int topicOf(long number) {
        return (int) (number % settings.topics());
    }

    /** A cluster that has just started may not know its brokers yet; topics may have to be created. */
    private void awaitFirstAnswers() throws Exception {
        for (int topic = 0; topic < settings.topics(); topic++) {
            int number = topic;
            awaitAnswer(answer -> clients.get(0).send(number, body, answer));
        }
    }

    private interface Attempt {
        void start(Completion answer) throws Exception;
    }

    private void awaitAnswer(Attempt attempt) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(FIRST_ANSWER_SECONDS);
        while (true) {
            try {
                FirstAnswer answer = new FirstAnswer();
                attempt.start(answer);
                stored.add(answer.messages.get(ANSWER_SECONDS, TimeUnit.SECONDS));
                return;
            } catch (IllegalArgumentException impossible) {
                throw impossible;
            } catch (Exception notYet) {
                if (System.nanoTime() > deadline || notYet instanceof InterruptedException) {
                    throw noAnswer(notYet);
                }
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    private IllegalStateException noAnswer(Exception last) {
        Throwable cause = last instanceof ExecutionException ? last.getCause() : last;
        String why = cause instanceof TimeoutException
                ? "nothing came within %d s".formatted(ANSWER_SECONDS)
                : cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return new IllegalStateException(
                "--client %s had no answer from %s within %d s: %s; does a node listen there?"
                        .formatted(request.client().label(), address(), FIRST_ANSWER_SECONDS, why),
                cause);
    }

    private static final class FirstAnswer implements Completion {
        private final CompletableFuture<Integer> messages = new CompletableFuture<>();

        @Override
        public void refused(int count, Throwable cause) {
            messages.completeExceptionally(cause);
        }

        @Override
        public void done(int count) {
            messages.complete(count);
        }

        @Override
        public void failed(Throwable cause) {
            messages.completeExceptionally(cause);
        }
    }

    /** Begins when a first message has made the way: finding a group its queues takes seconds with some clients. */
    private Result trip(LoadWatch watch) throws Exception {
        RoundTrip trip = new RoundTrip(clients.subList(0, request.producers()), settings, request.groups());
        try (CloseStack receiving = new CloseStack()) {
            for (int group = 0; group < request.groups(); group++) {
                receiving.push(receive(group, groupName(group), trip.receiver()));
            }
            for (int topic = 0; topic < settings.topics(); topic++) {
                // Numbers that the load does not use.
                long number = -settings.topics() + topic;
                awaitAnswer(answer -> trip.start(number, 0, answer));
            }
            return LoadRun.run(plan, trip, watch);
        }
    }

    private static String groupName(int number) {
        return "perf-in-%d-%d".formatted(ProcessHandle.current().pid(), number);
    }

    /** @param number of the group among those that receive at once */
    private CloseStack receive(int number, String group, Consumer<byte[]> received) throws Exception {
        try (CloseStack members = new CloseStack()) {
            for (int i = 0; i < request.consumers(); i++) {
                members.push(clients.get(number * request.consumers() + i)
                        .receive(new Member(group, i, request.consumers()), received));
            }
            return members.release();
        }
    }

    /** The backlog is drained twice, by other groups: first to warm up. Without groups it is sent twice. */
    private Result drain(LoadWatch watch) throws Exception {
        for (int group = 0; group < 2 * request.groups(); group++) {
            if (clients.get(0).prepare(groupName(group))) {
                stored.reset();
            }
        }
        fill();
        Result warmUp = drain(0, LoadWatch.SILENT);
        if (warmUp.messages() == 0 && warmUp.errors() > 0) {
            throw new IllegalStateException("nothing more came out of a backlog of %,d; %,d are missing"
                    .formatted(stored.sum(), warmUp.errors()));
        }
        if (!request.client().hasGroups()) {
            stored.reset();
            fill();
        }
        return drain(request.groups(), watch);
    }

    private Result drain(int firstGroup, LoadWatch watch) throws Exception {
        long expected = stored.sum() * request.groups();
        Drain drain = new Drain(expected / JOINING_PART, expected, watch);
        try (CloseStack receiving = new CloseStack()) {
            for (int i = 0; i < request.groups(); i++) {
                receiving.push(receive(i, groupName(firstGroup + i), message -> drain.received()));
            }
            return drain.await(DRAIN_PATIENCE_SECONDS);
        }
    }

    /** Sends until at least this many are acknowledged. */
    private void fill() throws InterruptedException {
        Operation counted = (number, thread, completion) -> send(number, thread, new Counted(completion));
        LoadPlan second = LoadPlan.fast(Duration.ZERO, Duration.ofSeconds(1), plan.threads(), plan.inFlight());
        int emptySeconds = 0;
        while (stored.sum() < request.backlog()) {
            Result filled = LoadRun.run(partOf(second), counted);
            emptySeconds = filled.messages() == 0 ? emptySeconds + 1 : 0;
            if (emptySeconds == FILL_EMPTY_SECONDS) {
                throw new IllegalStateException(
                        "the backlog has not grown for %d s; sends that failed in the last one: %d"
                                .formatted(emptySeconds, filled.errors()));
            }
        }
    }

    /** A small backlog is not overshot by a second's worth. */
    private LoadPlan partOf(LoadPlan second) {
        long missing = request.backlog() - stored.sum();
        return missing > 100_000
                ? second
                : new LoadPlan(Duration.ZERO, Duration.ZERO, missing, second.threads(), second.inFlight(), 0);
    }

    private final class Counted implements Completion {
        private final Completion completion;

        private Counted(Completion completion) {
            this.completion = completion;
        }

        @Override
        public void refused(int messages, Throwable cause) {
            completion.refused(messages, cause);
        }

        @Override
        public void done(int messages) {
            stored.add(messages);
            completion.done(messages);
        }

        @Override
        public void failed(Throwable cause) {
            completion.failed(cause);
        }
    }

    @Override
    public void close() {
        opened.close();
    }
}
