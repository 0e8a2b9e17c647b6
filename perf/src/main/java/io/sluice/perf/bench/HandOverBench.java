package io.sluice.perf.bench;

import io.sluice.store.log.AppendResult;
import io.sluice.store.log.FlushMode;
import io.sluice.wire.message.NewRecord;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;

/**
 * The same appends by their senders, who take the lock in turn, and handed over to one writer thread that never has to wait
 * for it: what ADR 10 is about.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class HandOverBench {
    private static final int QUEUES = 4;
    private static final int INBOX = 1024;
    private static final int SPINS = 200;
    private static final int BURST = 32;

    /** Who appends. */
    public enum By {
        /** The sender, under the lock. */
        SENDER,
        /** One thread, which sleeps when its inbox is empty. */
        WRITER,
        /** One thread, which looks at its inbox for a while before it sleeps. */
        SPINNING_WRITER
    }

    @Param({"128"})
    public int bodyBytes;

    @Param
    public By by;

    private final AtomicInteger producers = new AtomicInteger();
    private final ArrayBlockingQueue<Handed> inbox = new ArrayBlockingQueue<>(INBOX);
    private StoreGround ground;
    private Thread writer;
    private volatile boolean over;
    private volatile boolean asleep;

    /** A record on its way to the writer. */
    private record Handed(NewRecord record, CompletableFuture<AppendResult> answer) {}

    /** One producer, which sends to one queue. */
    @State(Scope.Thread)
    public static class Producer {
        private NewRecord record;

        @Setup
        public void open(HandOverBench bench) {
            record = StoreGround.record(bench.producers.getAndIncrement() % QUEUES, bench.bodyBytes);
        }
    }

    @Setup
    public void open() {
        ground = new StoreGround(FlushMode.ASYNC_FLUSH);
        if (by != By.SENDER) {
            writer = io.sluice.runtime.Threads.named("writer", this::write);
            writer.start();
        }
    }

    @TearDown
    public void close() throws InterruptedException {
        over = true;
        if (writer != null) {
            LockSupport.unpark(writer);
            writer.join();
        }
        ground.close();
    }

    private void write() {
        int idle = 0;
        while (!over) {
            Handed next = inbox.poll();
            if (next != null) {
                next.answer.complete(
                        ground.store.append(next.record).toCompletableFuture().join());
                idle = 0;
            } else if (by == By.SPINNING_WRITER && idle++ < SPINS) {
                Thread.onSpinWait();
            } else {
                sleep();
                idle = 0;
            }
        }
    }

    private void sleep() {
        asleep = true;
        if (inbox.isEmpty() && !over) {
            LockSupport.parkNanos(1_000_000);
        }
        asleep = false;
    }

    @Benchmark
    @Threads(1)
    public AppendResult oneProducer(Producer producer) throws InterruptedException {
        return append(producer);
    }

    @Benchmark
    @Threads(8)
    public AppendResult eightProducers(Producer producer) throws InterruptedException {
        return append(producer);
    }

    @Benchmark
    @Threads(64)
    public AppendResult sixtyFourProducers(Producer producer) throws InterruptedException {
        return append(producer);
    }

    /** As an event loop does that has read several messages at once: waits for the last of them alone. */
    @Benchmark
    @Threads(1)
    @OperationsPerInvocation(BURST)
    public AppendResult oneProducerInBursts(Producer producer) throws InterruptedException {
        return burst(producer);
    }

    @Benchmark
    @Threads(8)
    @OperationsPerInvocation(BURST)
    public AppendResult eightProducersInBursts(Producer producer) throws InterruptedException {
        return burst(producer);
    }

    private AppendResult burst(Producer producer) throws InterruptedException {
        for (int i = 1; i < BURST; i++) {
            begin(producer);
        }
        return append(producer);
    }

    private AppendResult append(Producer producer) throws InterruptedException {
        return begin(producer).join();
    }

    private CompletableFuture<AppendResult> begin(Producer producer) throws InterruptedException {
        if (by == By.SENDER) {
            return ground.store.append(producer.record).toCompletableFuture();
        }
        Handed handed = new Handed(producer.record, new CompletableFuture<>());
        inbox.put(handed);
        if (asleep) {
            LockSupport.unpark(writer);
        }
        return handed.answer;
    }
}
