package io.sluice.perf.bench;

import io.sluice.filter.CompiledFilter;
import io.sluice.filter.Filters;
import io.sluice.model.FilterExpression;
import io.sluice.wire.message.MessageEncoder;
import io.sluice.wire.message.MessageView;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Filters on a stored message. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FilterBench {
    private final ByteBuffer record = MessageEncoder.encode(
            StoreGround.record(0, 128), 0, 0, 0, new InetSocketAddress(InetAddress.getLoopbackAddress(), 10911));
    private final CompiledFilter tag = new Filters().compile(FilterExpression.tags("red || green"));
    private final CompiledFilter sql =
            new Filters().compile(FilterExpression.sql("size BETWEEN 1 AND 5 AND TAGS IN ('red', 'green')"));

    @Benchmark
    public boolean tagHash() {
        return tag.mayMatchTagHash("red".hashCode());
    }

    @Benchmark
    public boolean tag() {
        return tag.matches(MessageView.of(record));
    }

    @Benchmark
    public boolean sql() {
        return sql.matches(MessageView.of(record));
    }
}
