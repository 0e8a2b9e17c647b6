package io.sluice.perf.bench;

import io.sluice.store.file.Disk;
import io.sluice.store.file.FileDisk;
import io.sluice.store.log.CommitLog;
import io.sluice.store.log.FlushMode;
import io.sluice.store.log.LogScan;
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

/** Walking over a log as an opening does after a power cut: lengths and checksum of every record. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RecoveryBench {
    private static final int STORED = 200_000;

    @Param({"128", "1024"})
    public int bodyBytes;

    private StoreGround ground;
    private CommitLog log;
    private long end;

    @Setup
    public void open() {
        ground = new StoreGround(FlushMode.ASYNC_FLUSH);
        for (int i = 0; i < STORED; i++) {
            ground.store.append(StoreGround.record(0, bodyBytes));
        }
        end = ground.store.logRange().max();
        log = CommitLog.open(new FileDisk(), Disk.Access.READ, ground.logDirectory(), 0, 0);
    }

    @TearDown
    public void close() {
        log.close();
        ground.close();
    }

    @Benchmark
    @OperationsPerInvocation(STORED)
    public long walk() {
        LogScan scan = new LogScan(log, 0, 0, end, end, true);
        scan.run((offset, record) -> {});
        return scan.records();
    }
}
