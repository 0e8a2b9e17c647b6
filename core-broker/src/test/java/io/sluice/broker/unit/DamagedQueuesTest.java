package io.sluice.broker.unit;

import static io.sluice.broker.unit.UnitGround.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.broker.topic.SystemTopics;
import io.sluice.model.Message;
import io.sluice.port.DecisionOutcome;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.Placement;
import io.sluice.port.PrepareOutcome;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitOutcome;
import io.sluice.port.UnitsOfWork.Decision;
import io.sluice.store.log.FlushMode;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Queue files of what a broker keeps for itself are made again from the log before it reads them back. */
class DamagedQueuesTest {
    private static final int MESSAGES = 20;

    private final UnitGround ground = new UnitGround(1, FlushMode.ASYNC_FLUSH, UnitRules.DEFAULT);

    @AfterEach
    void close() {
        ground.close();
    }

    private static UnitOfWork unit(String id, Lease settled) {
        return new UnitOfWork(
                id,
                List.of(new UnitOfWork.Send(Message.of("Out", id), new Placement.Queue(0))),
                List.of(new Settlement.Ack(settled.receipt())));
    }

    /** Ten units are committed, one is prepared; what else was lent comes back. */
    private void work() {
        IntStream.range(0, MESSAGES).forEach(i -> ground.send(Message.of(UnitGround.IN, "in" + i), 0));
        List<Lease> leases = ground.lease(11);
        for (int i = 0; i < 10; i++) {
            assertThat(result(ground.commit(unit("u" + i, leases.get(i))))).isInstanceOf(UnitOutcome.Committed.class);
        }
        assertThat(result(ground.prepare(unit("x1", leases.get(10))))).isEqualTo(new PrepareOutcome.Prepared(false));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> ground.store().health().queuesWrittenTo()
                        == ground.store().health().logEnd());
    }

    @ParameterizedTest
    @CsvSource({"true,true", "true,false", "false,true", "false,false"})
    void nothingIsLostThatWasSettledOrPrepared(boolean isKilled, boolean isMissing) {
        work();
        if (isKilled) {
            ground.kill();
        } else {
            ground.close();
            ground.loseCursors();
        }
        for (String topic : List.of(SystemTopics.UNIT, "rmq_sys_sluice_cursor")) {
            if (isMissing) {
                ground.loseQueue(topic);
            } else {
                ground.flipSizeInQueue(topic);
            }
        }
        ground.open();
        assertThat(ground.units().remembered()).isEqualTo(10);
        ground.pass(UnitGround.LEASE.multipliedBy(3));
        assertThat(ground.lease(MESSAGES).stream().map(UnitGround::text))
                .containsExactlyElementsOf(
                        IntStream.range(11, MESSAGES).mapToObj(i -> "in" + i).toList());
        assertThat(result(ground.decide("x1", Decision.COMMIT, false))).isInstanceOf(DecisionOutcome.Committed.class);
    }

    /** Whether the message is still the one that is held cannot be told before its queue is made again. */
    @ParameterizedTest
    @CsvSource({"true", "false"})
    void whatIsHeldStaysSoWhileTheQueueOfTheMessageIsMadeAgain(boolean isMissing) {
        ground.send(Message.of(UnitGround.IN, "in0"), 0);
        Lease lease = ground.lease(1).get(0);
        assertThat(result(ground.prepare(unit("x1", lease)))).isEqualTo(new PrepareOutcome.Prepared(false));
        ground.close();
        if (isMissing) {
            ground.loseQueue(UnitGround.IN);
        } else {
            ground.flipSizeInQueue(UnitGround.IN);
        }
        ground.open();
        ground.pass(UnitGround.LEASE.multipliedBy(3));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> ground.texts(UnitGround.IN).equals(List.of("in0")));
        assertThat(ground.lease(1)).isEmpty();
        assertThat(result(ground.decide("x1", Decision.ROLLBACK, false)))
                .isEqualTo(new DecisionOutcome.RolledBack(false));
        assertThat(ground.lease(1)).hasSize(1);
    }
}
