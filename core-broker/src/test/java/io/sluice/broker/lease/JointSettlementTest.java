package io.sluice.broker.lease;

import static io.sluice.broker.lease.LeaseBench.CREW;
import static io.sluice.broker.lease.LeaseBench.LEASE;
import static io.sluice.broker.lease.LeaseBench.NO_WAIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.model.FilterExpression;
import io.sluice.model.Message;
import io.sluice.model.TopicName;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.LeaseRequest;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.LeaseReader.Start;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.wire.message.NewRecord;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class JointSettlementTest {
    private static final int TOPICS = 4_000;
    /** Enough for anything that does not grow with the number of topics. */
    private static final int STACK_BYTES = 256 * 1024;

    private final LeaseBench bench = new LeaseBench(
            new LeaseRules("broker-a", 100, 100, 2 * TOPICS, 1024, 1 << 20, Duration.ofDays(7), 1 << 24));

    private static TopicName topic(int number) {
        return new TopicName("T" + number);
    }

    private List<Lease> lease(TopicName topic) {
        return bench.lease(new LeaseRequest(
                CREW, topic, FilterExpression.ALL, FilterExpression.ALL, 10, LEASE, NO_WAIT, Start.FIRST));
    }

    private static List<NewRecord> head() {
        return List.of(
                NewRecord.of(Message.of("Head", "x"), 0, new InetSocketAddress(InetAddress.getLoopbackAddress(), 1)));
    }

    private JointSettlement.Outcome outcome(CompletionStage<JointSettlement.Outcome> stage) {
        CompletableFuture<JointSettlement.Outcome> asked = stage.toCompletableFuture();
        while (!asked.isDone() && bench.service.journal().work() > 0) {
            Thread.onSpinWait();
        }
        return asked.join();
    }

    @Test
    void leasesOfThousandsOfTopicsAreSettledHeldAndGivenBackTogether() throws Exception {
        List<Settlement> acks = new ArrayList<>();
        for (int i = 0; i < TOPICS; i++) {
            bench.topics.put(topic(i), 1);
            bench.log.send(topic(i).value(), 0, "a");
            acks.add(new Settlement.Ack(lease(topic(i)).get(0).receipt()));
        }
        CompletableFuture<byte[]> held = new CompletableFuture<>();
        Thread narrow = new Thread(
                null,
                () -> {
                    try {
                        JointSettlement joint = bench.service.jointly(acks);
                        assertThat(outcome(joint.hold(head()))).isInstanceOf(JointSettlement.Outcome.Tried.class);
                        assertThat(outcome(bench.service
                                        .held(joint.encoded(), true)
                                        .append(head())))
                                .isInstanceOf(JointSettlement.Outcome.Tried.class);
                        held.complete(joint.encoded());
                    } catch (RuntimeException | Error failed) {
                        held.completeExceptionally(failed);
                    }
                },
                "narrow",
                STACK_BYTES);
        narrow.start();
        narrow.join();
        assertThat(held.join()).isNotEmpty();
        assertThat(IntStream.range(0, TOPICS)
                        .mapToObj(i -> lease(topic(i)))
                        .filter(again -> again.size() == 1 && again.get(0).attempt() == 2))
                .hasSize(TOPICS);
    }

    private JointSettlement ackOfOneMessage() {
        bench.topics.put(topic(1), 1);
        bench.log.send("T1", 0, "a");
        return bench.service.jointly(
                List.of(new Settlement.Ack(lease(topic(1)).get(0).receipt())));
    }

    @Test
    void whatIsHeldIsNotLentWhateverTimePassesUntilItIsSettled() {
        JointSettlement joint = ackOfOneMessage();
        outcome(joint.hold(head()));
        bench.clock.pass(Duration.ofDays(3));
        assertThat(lease(topic(1))).isEmpty();
        bench.kill();
        bench.service.holdAgain(joint.encoded(), Long.MAX_VALUE);
        bench.clock.pass(Duration.ofDays(3));
        assertThat(lease(topic(1))).isEmpty();
        outcome(bench.service.held(joint.encoded(), false).append(head()));
        bench.closeAndReopen();
        assertThat(lease(topic(1))).isEmpty();
    }

    @Test
    void whatCannotBeToldWhileAQueueIsMadeAgainIsHeldAllTheSameAndNotBegunWith() {
        JointSettlement joint = ackOfOneMessage();
        outcome(joint.hold(head()));
        bench.log.rebuildingQueue = 0;
        assertThatThrownBy(joint::oldestNeeded)
                .isInstanceOfSatisfying(RefusedException.class, refused -> assertThat(refused.reason())
                        .isEqualTo(Refusal.UNAVAILABLE));
        bench.log.rebuildingQueue = -1;
        bench.kill();
        bench.log.rebuildingQueue = 0;
        bench.service.holdAgain(joint.encoded(), Long.MAX_VALUE);
        bench.log.rebuildingQueue = -1;
        assertThat(lease(topic(1))).isEmpty();
    }

    @Test
    void anotherMessageAtTheOffsetIsNotHeld() {
        JointSettlement joint = ackOfOneMessage();
        LeaseBench other = new LeaseBench();
        other.topics.put(topic(1), 1);
        other.clock.pass(Duration.ofSeconds(1));
        other.log.send("T1", 0, "not the same");
        other.lease(new LeaseRequest(
                CREW, topic(1), FilterExpression.ALL, FilterExpression.ALL, 10, LEASE, NO_WAIT, Start.FIRST));
        other.kill();
        other.service.holdAgain(joint.encoded(), -1);
        assertThat(other.lease(new LeaseRequest(
                        CREW, topic(1), FilterExpression.ALL, FilterExpression.ALL, 10, LEASE, NO_WAIT, Start.FIRST)))
                .hasSize(1);
    }
}
