package io.sluice.wire.frame;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/**
 * A million damaged frames, or as many as a slow machine gets through in a while: each is read or refused, nothing of them is
 * kept, and no memory is taken for what they claim. {@code -Dsluice.fuzz.frames=N} tries another number for as long as it
 * takes, {@code -Dsluice.fuzz.seed=N} others.
 */
class DamagedFramesTest {
    private static final int FRAMES = Integer.getInteger("sluice.fuzz.frames", 1_000_000);
    private static final long NANOS_MAX =
            System.getProperty("sluice.fuzz.frames") == null ? 15_000_000_000L : Long.MAX_VALUE;

    private static final long SEED = Long.getLong("sluice.fuzz.seed", 20_260_115);
    private static final int BATCH = 1000;
    /** A frame that claims more than comes swallows those after it, so connections are short. */
    private static final int CONNECTION_FRAMES = 8;

    /** Room for the frames themselves, what reads them, and the exceptions; far below what the smallest absurd length names. */
    private static final long BATCH_BYTES_MAX = BATCH * 48L * 1024;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    /** Counts what it gave out and has not got back. */
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);

    private EmbeddedChannel channel = connect();
    private long read;
    private long refused;

    private EmbeddedChannel connect() {
        EmbeddedChannel made = new EmbeddedChannel(new FrameDecoder(false));
        made.config().setAllocator(allocator);
        return made;
    }

    @Test
    void aMillionDamagedFramesAreReadOrRefusedAndNothingOfThemIsKept() {
        DamagedFrames frames = new DamagedFrames(SEED);
        long began = System.nanoTime();
        long sent = 0;
        for (int batch = 0; batch < FRAMES / BATCH && System.nanoTime() - began < NANOS_MAX; batch++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < BATCH; i++) {
                receive(frames.next(), i % 7 == 0);
                sent++;
                if (i % CONNECTION_FRAMES == 0) {
                    reconnect();
                }
            }
            reconnect();
            assertThat(allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory())
                    .as("bytes kept after batch %d, seed %d", batch, SEED)
                    .isZero();
            assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                    .as("bytes taken for batch %d, seed %d", batch, SEED)
                    .isLessThan(BATCH_BYTES_MAX);
        }
        assertThat(read).isGreaterThan(sent / 10);
        assertThat(refused).isGreaterThan(sent / 10);
    }

    /** @param inTwo whether the bytes come in two pieces */
    private void receive(byte[] bytes, boolean inTwo) {
        int cut = inTwo ? bytes.length / 2 : 0;
        try {
            if (inTwo) {
                channel.writeInbound(allocator.buffer().writeBytes(bytes, 0, cut));
            }
            channel.writeInbound(allocator.buffer().writeBytes(bytes, cut, bytes.length - cut));
        } catch (DecoderException damaged) {
            assertThat(damaged.getCause()).isInstanceOf(FrameException.class);
            refused++;
            drain();
            reconnect();
        }
        drain();
    }

    private void drain() {
        for (Frame frame = channel.readInbound(); frame != null; frame = channel.readInbound()) {
            read++;
            look(frame.fields().parsed());
            frame.release();
        }
    }

    /** Fields are decoded late, so damage in them shows late. */
    private static void look(ParsedFields fields) {
        for (int i = 0; i < fields.count(); i++) {
            try {
                fields.textAt(i);
                fields.longAt(i);
            } catch (FieldException damaged) {
                assertThat(damaged.getMessage()).isNotBlank();
            }
        }
    }

    private void reconnect() {
        channel.finishAndReleaseAll();
        channel = connect();
    }
}
