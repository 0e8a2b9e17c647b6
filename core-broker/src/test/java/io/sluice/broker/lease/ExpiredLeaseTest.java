package io.sluice.broker.lease;

import static io.sluice.broker.lease.LeaseBench.CREW;
import static io.sluice.broker.lease.LeaseBench.JOBS;
import static io.sluice.broker.lease.LeaseGround.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.topic.Expiry;
import io.sluice.model.FilterExpression;
import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.Result;
import io.sluice.port.LeaseReader.Settlement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Messages whose time to live ends while they wait to be lent. */
class ExpiredLeaseTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final LeaseBench bench = new LeaseBench();

    private void send(String text, Duration lives) {
        bench.send(
                JOBS.value(),
                0,
                text,
                MessageProperties.of(Map.of(
                        PropertyNames.EXPIRES_AT,
                        Long.toString(bench.clock.millis() + lives.toMillis()),
                        PropertyNames.SHARDING_KEY,
                        "k")));
    }

    private CursorStatus status() {
        return bench.service.status(CREW, JOBS, 0).orElseThrow();
    }

    @Test
    void aMessageThatIsOverIsSettledAndCounted() {
        bench.expiry = new Expiry(true, 0, false);
        send("short", MINUTE);
        send("long", MINUTE.multipliedBy(2));
        bench.log.send(JOBS.value(), 0, "ever");
        bench.pass(MINUTE);
        List<Lease> lent = bench.lease(10);
        assertThat(texts(lent)).containsExactly("long", "ever");
        assertThat(bench.expired).isEqualTo(1);
        assertThat(status().low()).isEqualTo(1);
        assertThat(bench.texts("%DLQ%crew", 0)).isEmpty();
    }

    @Test
    void theTimeToLiveOfATopicCountsFromTheStore() {
        bench.expiry = new Expiry(false, MINUTE.toMillis(), false);
        bench.log.send(JOBS.value(), 0, "old");
        bench.pass(MINUTE);
        bench.log.send(JOBS.value(), 0, "new");
        assertThat(texts(bench.lease(10))).containsExactly("new");
    }

    @Test
    void whatComesBackTooLateIsNotLentAgain() {
        bench.expiry = new Expiry(true, 0, false);
        send("m", MINUTE);
        Lease lease = bench.lease(1).get(0);
        bench.settle(new Settlement.Release(lease.receipt(), MINUTE));
        bench.pass(MINUTE);
        assertThat(bench.lease(1)).isEmpty();
        assertThat(status().low()).isEqualTo(1);
    }

    @Test
    void whoHoldsAMessageMaySettleItAfterItsTime() {
        bench.expiry = new Expiry(true, 0, false);
        send("m", Duration.ofSeconds(10));
        Lease lease = bench.lease(1).get(0);
        bench.pass(Duration.ofSeconds(20));
        assertThat(bench.ack(lease)).isEqualTo(Result.DONE);
    }

    @Test
    void whatIsOverBecomesADeadLetterWhereTheTopicSaysSo() {
        bench.expiry = new Expiry(true, 0, true);
        send("over", MINUTE);
        bench.log.send(JOBS.value(), 0, "ever");
        bench.pass(MINUTE);
        assertThat(texts(bench.lease(10))).containsExactly("ever");
        bench.settleDown();
        assertThat(bench.texts("%DLQ%crew", 0)).containsExactly("over");
        assertThat(bench.log.message("%DLQ%crew", 0, 0).property(PropertyNames.DEAD_LETTER_REASON))
                .isEqualTo("its time to live ended");
        assertThat(status().low()).isEqualTo(1);
    }

    @Test
    void aKeyGoesOnBehindAMessageThatIsOver() {
        bench.expiry = new Expiry(true, 0, true);
        bench.orderedByKey = true;
        send("k1", MINUTE);
        send("k2", MINUTE.multipliedBy(5));
        Lease first = bench.lease(1).get(0);
        bench.settle(new Settlement.Release(first.receipt(), MINUTE));
        bench.pass(MINUTE);
        bench.lease(1);
        bench.settleDown();
        assertThat(texts(bench.lease(1))).containsExactly("k2");
        assertThat(bench.texts("%DLQ%crew", 0)).containsExactly("k1");
    }

    @Test
    void whatNoConsumerWantsIsOverForTheGroupWhenOneLooks() {
        bench.expiry = new Expiry(true, 0, false);
        send("m", MINUTE);
        bench.pass(MINUTE);
        assertThat(bench.lease(bench.request(FilterExpression.ALL, FilterExpression.tags("other"), 1)))
                .isEmpty();
        assertThat(texts(bench.lease(1))).isEmpty();
        assertThat(status().low()).isEqualTo(1);
    }
}
