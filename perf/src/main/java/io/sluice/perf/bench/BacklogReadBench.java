package io.sluice.perf.bench;

import io.sluice.store.QueueRead;
import io.sluice.store.log.FlushMode;
import io.sluice.store.queue.EntryFilter;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Reading a queue from its beginning, in batches, with the files in memory and with them on the disk alone. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class BacklogReadBench {
    private static final int STORED = 200_000;
    private static final int BATCH = 512;

    @Param({"128", "1024"})
    public int bodyBytes;

    @Param({"false", "true"})
    public boolean cold;

    private StoreGround ground;

    @Setup
    public void open() {
        ground = new StoreGround(FlushMode.ASYNC_FLUSH);
        for (int i = 0; i < STORED; i++) {
            ground.store.append(StoreGround.record(0, bodyBytes));
        }
    }

    @Setup(Level.Iteration)
    public void cool() throws IOException, InterruptedException {
        if (cold) {
            ground.cool();
        }
    }

    @TearDown
    public void close() {
        ground.close();
    }

    @Benchmark
    @OperationsPerInvocation(STORED)
    public long wholeQueue() {
        long at = 0;
        while (at < STORED) {
            try (QueueRead read = ground.store.read(StoreGround.TOPIC, 0, at, EntryFilter.ALL, BATCH, 1 << 20)) {
                at = read.nextOffset();
            }
        }
        return at;
    }
}
