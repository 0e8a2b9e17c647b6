package io.sluice.perf.bench;

import io.sluice.store.QueueRead;
import io.sluice.store.log.FlushMode;
import io.sluice.store.queue.EntryFilter;
import java.util.concurrent.TimeUnit;
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

/** Finding the records of a pull: the newest, whose entries are in memory, and old ones, whose entries are in a file. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PullBench {
    private static final int MESSAGES = 32;
    private static final int STORED = 200_000;

    /** Queues that records go to in turn: with one they lie next to each other. */
    @Param({"1", "4"})
    public int queues;

    private StoreGround ground;
    private long end;

    @Setup
    public void open() {
        ground = new StoreGround(FlushMode.ASYNC_FLUSH);
        for (int i = 0; i < STORED; i++) {
            ground.store.append(StoreGround.record(i % queues, 128));
        }
        end = ground.store.range(StoreGround.TOPIC, 0).max();
    }

    @TearDown
    public void close() {
        ground.close();
    }

    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public int newest() {
        return read(end - MESSAGES);
    }

    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public int oldest() {
        return read(0);
    }

    private int read(long from) {
        try (QueueRead read = ground.store.readRuns(StoreGround.TOPIC, 0, from, EntryFilter.ALL, MESSAGES, 1 << 20)) {
            return read.slices().size();
        }
    }
}
