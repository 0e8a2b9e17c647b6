package io.sluice.perf.broker;

import io.sluice.model.FilterExpression;
import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.perf.store.Figure;
import io.sluice.port.Placement;
import io.sluice.port.QueueReader.FetchRequest;
import io.sluice.port.QueueReader.Fetched;
import io.sluice.wire.message.MessageView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** {@link BrokerScenario#TIMER}. */
final class TimerScenario {
    private static final TopicName LATE = new TopicName("Late");
    private static final TopicName SOON = new TopicName("Soon");
    private static final TopicName NOISE = new TopicName("Noise");
    private static final int FIRED_AT_ONCE = 200_000;
    private static final int PUNCTUAL = 20_000;
    private static final int NOISE_PER_SECOND = 10_000;
    private static final long AHEAD_MS = 3_000;
    private static final long SPREAD_MS = 20_000;
    private static final long GIVE_UP_MS = 60_000;
    private static final double MIB = 1024.0 * 1024;

    private final BrokerPlan plan;
    private final Consumer<Figure> told;

    TimerScenario(BrokerPlan plan, Consumer<Figure> told) {
        this.plan = plan;
        this.told = told;
    }

    void run() throws IOException, InterruptedException {
        byte[] body = new byte[plan.bytes()];
        try (ScratchBroker broker = new ScratchBroker(plan.directory())) {
            broker.createTopic(LATE, 4);
            broker.createTopic(SOON, 1);
            broker.createTopic(NOISE, 4);
            double before = heapMib();
            long begun = System.nanoTime();
            long anHour = System.currentTimeMillis() + Duration.ofHours(1).toMillis();
            broker.send(
                    plan.timers(), Placement.ANY, i -> Message.of(LATE, body).deliverAt(anHour + i % 3_600_000));
            tell("taken in", plan.timers() * 1e9 / (System.nanoTime() - begun), "1/s");
            awaitWaiting(broker, plan.timers());
            tell("known to the index after", (System.nanoTime() - begun) / 1e9, "s");
            tell("heap for %,d that wait".formatted(plan.timers()), heapMib() - before, "MiB");
            fireAtOnce(broker, body);
            firePunctually(broker, body);
        }
    }

    private static void awaitWaiting(ScratchBroker broker, int wanted) {
        long giveUp = System.currentTimeMillis() + GIVE_UP_MS;
        while (broker.port
                        .timers()
                        .waiting(LATE, 1)
                        .toCompletableFuture()
                        .join()
                        .total()
                < wanted) {
            if (System.currentTimeMillis() > giveUp) {
                throw new IllegalStateException("the index does not know %d timers yet".formatted(wanted));
            }
            LockSupport.parkNanos(50_000_000L);
        }
    }

    private static double heapMib() throws InterruptedException {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(200);
        }
        return (runtime.totalMemory() - runtime.freeMemory()) / MIB;
    }

    /** Many that are due at one moment, above those that wait. */
    private void fireAtOnce(ScratchBroker broker, byte[] body) {
        long due = System.currentTimeMillis() + AHEAD_MS;
        broker.send(FIRED_AT_ONCE, Placement.ANY, i -> Message.of(SOON, body).deliverAt(due));
        long[] late = delivered(broker, 0, FIRED_AT_ONCE);
        tell(
                "delivered when %,d are due at one moment".formatted(FIRED_AT_ONCE),
                FIRED_AT_ONCE * 1000.0 / late[late.length - 1],
                "1/s");
    }

    /** Due one after the other while others send. */
    private void firePunctually(ScratchBroker broker, byte[] body) throws InterruptedException {
        AtomicBoolean over = new AtomicBoolean();
        Thread noise = new Thread(() -> makeNoise(broker, body, over), "noise");
        noise.start();
        long first = System.currentTimeMillis() + AHEAD_MS;
        broker.send(PUNCTUAL, Placement.ANY, i -> Message.of(SOON, body).deliverAt(first + i * SPREAD_MS / PUNCTUAL));
        long[] late = delivered(broker, FIRED_AT_ONCE, PUNCTUAL);
        over.set(true);
        noise.join();
        String name = "%,d/s due beside %,d sends/s: ".formatted(PUNCTUAL * 1000L / SPREAD_MS, NOISE_PER_SECOND);
        tell(name + "late by, median", late[late.length / 2], "ms");
        tell(name + "late by, 99.9 %", late[(int) (late.length * 0.999)], "ms");
        tell(name + "late by, worst", late[late.length - 1], "ms");
        tell(name + "early by, worst", Math.max(0, -late[0]), "ms");
    }

    private static void makeNoise(ScratchBroker broker, byte[] body, AtomicBoolean over) {
        long begun = System.nanoTime();
        for (long sent = 0; !over.get(); sent++) {
            LockSupport.parkNanos(begun + sent * 1_000_000_000L / NOISE_PER_SECOND - System.nanoTime());
            broker.port.writer().send(Message.of(NOISE, body), Placement.ANY);
        }
    }

    /** How late each of so many was stored in its topic, in order, milliseconds. */
    private static long[] delivered(ScratchBroker broker, long from, int count) {
        MessageQueue queue = new MessageQueue(SOON, "broker-a", 0);
        long[] late = new long[count];
        int seen = 0;
        long next = from;
        long giveUp = System.currentTimeMillis() + GIVE_UP_MS;
        while (seen < count) {
            FetchRequest request =
                    new FetchRequest(queue, next, 1000, 8 * 1024 * 1024, FilterExpression.ALL, Duration.ofMillis(500));
            try (Fetched fetched =
                    broker.port.reader().fetch(request).toCompletableFuture().join()) {
                for (ByteBuffer slice : fetched.records().slices()) {
                    MessageView message = MessageView.of(slice);
                    late[seen++] = message.storedAtMs() - Long.parseLong(message.property(PropertyNames.TIMER_OUT_MS));
                }
                next = fetched.nextOffset();
            }
            if (System.currentTimeMillis() > giveUp) {
                throw new IllegalStateException("%d of %d timed messages were delivered".formatted(seen, count));
            }
        }
        Arrays.sort(late);
        return late;
    }

    private void tell(String name, double value, String unit) {
        told.accept(new Figure("timer", name, value, unit));
    }
}
