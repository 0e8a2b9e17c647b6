package io.sluice.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import io.sluice.transport.LeakWatch;
import io.sluice.transport.Nuisance;
import io.sluice.transport.UnforeseenEvents;
import io.sluice.wire.frame.DamagedFrames;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A broker under connections that send nonsense, and clients that mean well beside them.
 * {@code -Dsluice.fuzz.requests=N} tries another number, {@code -Dsluice.fuzz.seed=N} others.
 */
@ExtendWith(LeakWatch.class)
class DamagedRequestsTest {
    private static final int REQUESTS = Integer.getInteger("sluice.fuzz.requests", 60_000);
    private static final long SEED = Long.getLong("sluice.fuzz.seed", 20_260_115);
    private static final int ROUND = 1000;
    private static final long DIRECT_BYTES_MAX = 256L * 1024 * 1024;

    @TempDir
    Path directory;

    @Test
    void clientsThatMeanWellAreServedWhileOthersSendNonsenseAndNothingUnforeseenHappens() throws IOException {
        DamagedFrames frames = new DamagedFrames(SEED);
        try (UnforeseenEvents unforeseen = new UnforeseenEvents();
                NativeNode node = NativeNode.in(directory);
                Nuisance damaging = new Nuisance(node.address());
                Nuisance confused = new Nuisance(node.address())) {
            for (int i = 0; i < REQUESTS; i++) {
                if (i % 3 == 0) {
                    damaging.send(frames.next());
                } else {
                    confused.send(frames.request());
                }
                if (i % ROUND == 0) {
                    assertServed(node, i / ROUND);
                }
            }
            assertThat(PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory())
                    .isLessThan(DIRECT_BYTES_MAX);
            assertThat(unforeseen.told()).isEmpty();
        }
    }

    private static void assertServed(NativeNode node, int round) {
        assertThat(node.send("Good", 0, "message " + round).code())
                .as("send in round %d, seed %d", round, SEED)
                .isZero();
        assertThat(NativeNode.texts(node.pull("Good", 0, round)))
                .as("read in round %d, seed %d", round, SEED)
                .contains("message " + round);
    }
}
