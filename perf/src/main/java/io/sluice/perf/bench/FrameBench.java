package io.sluice.perf.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.sluice.wire.command.CommandTable;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.SendCommands.SendAnswer;
import io.sluice.wire.command.SendCommands.SendMessage;
import io.sluice.wire.command.SendHead;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.frame.FrameCodec;
import io.sluice.wire.frame.FrameDecoder;
import io.sluice.wire.frame.Serialization;
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
import org.openjdk.jmh.infra.Blackhole;

/** Cutting and reading the frame of a send, in place and as a value; writing the answer. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FrameBench {
    /** Frames in one read of the socket. */
    private static final int FRAMES = 64;

    @Param({"JSON", "ROCKETMQ"})
    public Serialization kind;

    private final SendHead head = new SendHead();
    private ByteBuf read;
    private EmbeddedChannel inPlace;
    private EmbeddedChannel asValue;
    private Frame answer;

    @Setup
    public void open() {
        SendMessage header = new SendMessage(
                "producers",
                "Topic",
                "TBW102",
                4,
                1,
                0,
                1_700_000_000_000L,
                0,
                "UNIQ_KEY\u0001FD00000000000000000000000000000243465FFD2B27673CC0790000\u0002WAIT\u0001true\u0002",
                0,
                false,
                -1,
                false,
                "broker-a");
        read = PooledByteBufAllocator.DEFAULT.directBuffer();
        for (int i = 0; i < FRAMES; i++) {
            ByteBuf frame = FrameCodec.encode(
                    CommandTable.STANDARD
                            .request(RequestCode.SEND_MESSAGE_V2, header, FrameBody.of(new byte[128]))
                            .withSerialization(kind),
                    PooledByteBufAllocator.DEFAULT);
            read.writeBytes(frame);
            frame.release();
        }
        inPlace = new EmbeddedChannel(new FrameDecoder(false, (said, body) -> head.read(said.fields())));
        asValue = new EmbeddedChannel(new FrameDecoder(false));
        answer = CommandTable.STANDARD
                .answer(new SendAnswer(
                        "7F00000100002A9F0000000000000000", 1, 100_000, "FD0000", "", "", "DefaultRegion", true))
                .withSerialization(kind);
    }

    @TearDown
    public void close() {
        read.release();
        inPlace.finishAndReleaseAll();
        asValue.finishAndReleaseAll();
    }

    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public void readSendInPlace() {
        inPlace.writeInbound(read.retainedDuplicate());
    }

    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public void readSendAsValue(Blackhole hole) {
        asValue.writeInbound(read.retainedDuplicate());
        for (Frame frame = asValue.readInbound(); frame != null; frame = asValue.readInbound()) {
            hole.consume(CommandTable.STANDARD.read(frame, SendMessage.class));
            frame.release();
        }
    }

    @Benchmark
    public boolean writeAnswer() {
        return FrameCodec.encode(answer, PooledByteBufAllocator.DEFAULT).release();
    }
}
