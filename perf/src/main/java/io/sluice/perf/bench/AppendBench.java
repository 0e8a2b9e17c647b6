package io.sluice.perf.bench;

import io.sluice.store.log.AppendResult;
import io.sluice.store.log.FlushMode;
import io.sluice.wire.message.NewRecord;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;

/** Appends of single records, each waited for: the log, its queue, its keys. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class AppendBench {
    private static final int QUEUES = 4;

    @Param({"128", "1024"})
    public int bodyBytes;

    @Param({"ASYNC_FLUSH", "SYNC_FLUSH"})
    public FlushMode flush;

    private final AtomicInteger producers = new AtomicInteger();
    private StoreGround ground;

    /** One producer, which sends to one queue. */
    @State(Scope.Thread)
    public static class Producer {
        private NewRecord record;

        @Setup
        public void open(AppendBench bench) {
            record = StoreGround.record(bench.producers.getAndIncrement() % QUEUES, bench.bodyBytes);
        }
    }

    @Setup
    public void open() {
        ground = new StoreGround(flush);
    }

    @TearDown
    public void close() {
        ground.close();
    }

    @Benchmark
    @Threads(1)
    public AppendResult oneProducer(Producer producer) {
        return append(producer);
    }

    @Benchmark
    @Threads(8)
    public AppendResult eightProducers(Producer producer) {
        return append(producer);
    }

    @Benchmark
    @Threads(64)
    public AppendResult sixtyFourProducers(Producer producer) {
        return append(producer);
    }

    private AppendResult append(Producer producer) {
        return ground.store.append(producer.record).toCompletableFuture().join();
    }
}
