package io.sluice.perf.bench;

import io.sluice.store.log.PropertySpans;
import io.sluice.store.log.RecordBlock;
import io.sluice.store.log.RecordTraits;
import io.sluice.wire.message.NewRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What queues and index need of a record: found in a single one, and while a block of records is built. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DispatchBench {
    private static final int RECORDS = 32;
    private static final byte[] HOST = {127, 0, 0, 1, 0, 0, 0x2A, (byte) 0x9F};

    private final NewRecord record = StoreGround.record(0, 128);
    private final byte[] topic = StoreGround.TOPIC.getBytes(StandardCharsets.US_ASCII);
    private final byte[] properties = record.properties().array();
    private final ByteBuffer body = ByteBuffer.allocateDirect(128);
    private final RecordTraits traits = new RecordTraits();
    private final PropertySpans spans = new PropertySpans();
    private final RecordBlock block = new RecordBlock();

    @Benchmark
    public long traitsOfOne() {
        return traits.scan(record.properties(), 7).tagHash();
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public int blockOf32() {
        block.begin(StoreGround.TOPIC, topic, 7, HOST);
        block.from(0, 0, 1_700_000_000_000L, HOST, 0);
        for (int i = 0; i < RECORDS; i++) {
            block.record(0, body, 0, body.capacity());
            block.properties(properties, 0, properties.length);
            block.finish(spans.scan(block.bytes(), block.propertiesFrom(), block.position()));
        }
        return block.length();
    }
}
