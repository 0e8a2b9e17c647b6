package io.sluice.broker.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.broker.lease.RedeliveryDelay.Exponential;
import io.sluice.broker.lease.RedeliveryDelay.Ladder;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.Result;
import io.sluice.port.LeaseReader.Settlement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How long a failed message waits. */
class RedeliveryDelayTest {
    @Test
    void aFixedDelayIsTheSameForAllFailures() {
        RedeliveryDelay fixed = RedeliveryDelay.fixed(500);
        assertThat(fixed.afterMs(1)).isEqualTo(500);
        assertThat(fixed.afterMs(100)).isEqualTo(500);
    }

    @Test
    void theLastRungOfALadderHoldsForAllThatFollow() {
        RedeliveryDelay ladder = Ladder.ofSeconds(1, 5, 10);
        assertThat(List.of(ladder.afterMs(1), ladder.afterMs(2), ladder.afterMs(3), ladder.afterMs(9)))
                .containsExactly(1_000L, 5_000L, 10_000L, 10_000L);
    }

    @Test
    void anExponentialDelayGrowsToItsMaximumAndNeverOverflows() {
        RedeliveryDelay doubled = new Exponential(100, 1_000, 2);
        assertThat(List.of(doubled.afterMs(1), doubled.afterMs(2), doubled.afterMs(4), doubled.afterMs(5)))
                .containsExactly(100L, 200L, 800L, 1_000L);
        assertThat(new Exponential(1, Long.MAX_VALUE, Long.MAX_VALUE).afterMs(Integer.MAX_VALUE))
                .isEqualTo(Long.MAX_VALUE);
        assertThat(new Exponential(0, 10, 3).afterMs(Integer.MAX_VALUE)).isZero();
        assertThat(new Exponential(7, 10, 1).afterMs(Integer.MAX_VALUE)).isEqualTo(7);
    }

    @Test
    void delaysThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> new Ladder(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RedeliveryDelay.fixed(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Exponential(5, 1, 2)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFailedMessageComesAgainAfterTheDelayOfItsGroup() {
        LeaseBench bench = new LeaseBench();
        bench.redelivery = Ladder.ofSeconds(10, 60);
        bench.log.send(LeaseBench.JOBS.value(), 0, "m");
        retry(bench, bench.lease(1).get(0));
        assertThat(bench.lease(1)).isEmpty();
        bench.pass(Duration.ofSeconds(10));
        retry(bench, bench.lease(1).get(0));
        bench.pass(Duration.ofSeconds(59));
        assertThat(bench.lease(1)).isEmpty();
        bench.pass(Duration.ofSeconds(1));
        assertThat(bench.lease(1)).hasSize(1);
    }

    private static void retry(LeaseBench bench, Lease lease) {
        Settlement retry = new Settlement.Retry(lease.receipt());
        assertThat(bench.settle(retry)).isEqualTo(Result.DONE);
        assertThat(bench.settle(retry)).as("told twice").isEqualTo(Result.DONE);
    }

    @Test
    void batchesOfEveryKindMayBeToldTwice() {
        LeaseBench bench = new LeaseBench();
        for (int i = 0; i < 8; i++) {
            bench.log.send(LeaseBench.JOBS.value(), 0, "m" + i);
        }
        List<Lease> lent = bench.lease(8);
        List<Settlement> all = List.of(
                new Settlement.Ack(lent.get(0).receipt()),
                new Settlement.Ack(lent.get(1).receipt()),
                new Settlement.Release(lent.get(2).receipt(), Duration.ofMinutes(1)),
                new Settlement.Release(lent.get(3).receipt(), Duration.ZERO),
                new Settlement.Reject(lent.get(4).receipt(), "no"),
                new Settlement.Retry(lent.get(5).receipt()),
                new Settlement.Extend(lent.get(6).receipt(), Duration.ofMinutes(5)),
                new Settlement.Extend(lent.get(7).receipt(), Duration.ofMinutes(5)));
        assertThat(bench.settleAll(all)).containsOnly(Result.DONE);
        assertThat(bench.settleAll(all)).containsOnly(Result.DONE);
        assertThat(bench.texts("%DLQ%crew", 0)).containsExactly("m4");
        CursorStatus status =
                bench.service.status(LeaseBench.CREW, LeaseBench.JOBS, 0).orElseThrow();
        assertThat(status.low()).isEqualTo(2);
        assertThat(LeaseGround.texts(bench.lease(8))).containsExactly("m3", "m5");
    }
}
