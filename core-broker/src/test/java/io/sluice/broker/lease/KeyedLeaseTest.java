package io.sluice.broker.lease;

import static io.sluice.broker.lease.LeaseBench.CREW;
import static io.sluice.broker.lease.LeaseBench.JOBS;
import static io.sluice.broker.lease.LeaseBench.LEASE;
import static io.sluice.broker.lease.LeaseBench.NO_WAIT;
import static io.sluice.broker.lease.LeaseGround.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.FilterExpression;
import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.LeaseRequest;
import io.sluice.port.LeaseReader.Leased;
import io.sluice.port.LeaseReader.Ordering;
import io.sluice.port.LeaseReader.Result;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.LeaseReader.Start;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Groups that are ordered by key, one case at a time. */
class KeyedLeaseTest {
    private static final Duration TEN_SECONDS = Duration.ofSeconds(10);

    private final LeaseBench bench = new LeaseBench();

    private void send(String key, String... texts) {
        for (String text : texts) {
            bench.send(JOBS.value(), 0, text, MessageProperties.of(Map.of(PropertyNames.SHARDING_KEY, key)));
        }
    }

    private static LeaseRequest request(int max, Duration maxWait) {
        return new LeaseRequest(
                CREW,
                JOBS,
                FilterExpression.ALL,
                FilterExpression.ALL,
                max,
                LEASE,
                maxWait,
                Start.FIRST,
                Ordering.BY_KEY);
    }

    private List<Lease> lease(int max) {
        return bench.lease(request(max, NO_WAIT));
    }

    private Result release(Lease lease, Duration delay) {
        return bench.settle(new Settlement.Release(lease.receipt(), delay));
    }

    private List<Lease> leaseOnly(String tag, int max) {
        return bench.lease(new LeaseRequest(
                CREW,
                JOBS,
                FilterExpression.ALL,
                FilterExpression.tags(tag),
                max,
                LEASE,
                NO_WAIT,
                Start.FIRST,
                Ordering.BY_KEY));
    }

    private void sendTagged(String key, String tag, String text) {
        bench.send(
                JOBS.value(),
                0,
                text,
                MessageProperties.of(Map.of(PropertyNames.SHARDING_KEY, key, PropertyNames.TAGS, tag)));
    }

    @Test
    void whatOneConsumerWantsIsFoundBehindAnyNumberOfOthersOfItsKeyThatNobodyPresentWants() {
        sendTagged("a", "wanted", "a0");
        for (int i = 1; i <= 6_000; i++) {
            sendTagged("a", "other", "x" + i);
        }
        sendTagged("a", "wanted", "a1");
        sendTagged("b", "wanted", "b1");
        sendTagged("a", "wanted", "a2");
        release(lease(1).get(0), Duration.ZERO);
        Lease failing = lease(1).get(0);
        // A consumer that wants everything passes over what waits behind the failing key, and leaves.
        assertThat(texts(bench.lease(request(100, TEN_SECONDS)))).containsExactly("b1");
        bench.ack(failing);
        assertThat(texts(bench.lease(new LeaseRequest(
                        CREW,
                        JOBS,
                        FilterExpression.ALL,
                        FilterExpression.tags("wanted"),
                        100,
                        LEASE,
                        TEN_SECONDS,
                        Start.FIRST,
                        Ordering.BY_KEY))))
                .containsExactly("a1", "a2");
        assertThat(leaseOnly("wanted", 100)).isEmpty();
        bench.pass(LEASE);
        assertThat(texts(lease(2))).containsExactly("x1", "x2");
    }

    @Test
    void oneAnswerBringsSeveralOfAKeyInOrder() {
        send("a", "a1", "a2", "a3");
        assertThat(texts(lease(2))).containsExactly("a1", "a2");
        assertThat(lease(2)).isEmpty();
    }

    @Test
    void aKeyThatIsWithAConsumerDoesNotHoldUpOthers() {
        send("a", "a1", "a2");
        send("b", "b1");
        send("a", "a3");
        List<Lease> first = lease(1);
        assertThat(texts(first)).containsExactly("a1");
        assertThat(texts(lease(5))).containsExactly("b1");
        bench.ack(first.get(0));
        assertThat(texts(lease(5))).containsExactly("a2", "a3");
    }

    @Test
    void whatWasLentBehindAFailingMessageComesBackWithItUncounted() {
        send("a", "a1", "a2");
        List<Lease> both = lease(2);
        assertThat(release(both.get(0), Duration.ZERO)).isEqualTo(Result.DONE);
        assertThat(bench.ack(both.get(1))).isEqualTo(Result.LEASE_OVER);
        List<Lease> again = lease(2);
        assertThat(texts(again)).containsExactly("a1", "a2");
        assertThat(again.stream().map(Lease::attempt)).containsExactly(2, 1);
    }

    @Test
    void aLeaseThatRunsOutTakesThoseBehindItAlong() {
        send("a", "a1", "a2");
        lease(2);
        bench.pass(LEASE);
        List<Lease> again = lease(2);
        assertThat(texts(again)).containsExactly("a1", "a2");
        assertThat(again.stream().map(Lease::attempt)).containsExactly(2, 1);
    }

    @Test
    void aFailingKeyBlocksOnlyItselfThroughItsDelayAndARestart() {
        send("a", "a1", "a2");
        send("b", "b1", "b2");
        release(lease(1).get(0), TEN_SECONDS);
        bench.kill();
        assertThat(texts(lease(5))).containsExactly("b1", "b2");
        bench.pass(TEN_SECONDS);
        assertThat(texts(lease(5))).containsExactly("a1", "a2");
    }

    @Test
    void afterARestartWhatCameBackIsLentBehindWhatIsOlderInTheSameAnswer() {
        send("a", "a1", "a2");
        release(lease(2).get(1), Duration.ZERO);
        bench.kill();
        assertThat(texts(lease(5))).containsExactly("a1", "a2");
    }

    @Test
    void aKeyGoesOnWhenItsMessageIsADeadLetter() {
        bench.attemptsMax = 2;
        send("a", "a1", "a2");
        release(lease(1).get(0), Duration.ZERO);
        release(lease(1).get(0), Duration.ZERO);
        bench.settleDown();
        assertThat(bench.texts("%DLQ%crew", 0)).containsExactly("a1");
        List<Lease> next = lease(1);
        assertThat(texts(next)).containsExactly("a2");
        assertThat(next.get(0).attempt()).isEqualTo(1);
    }

    @Test
    void whoWaitsIsServedWhenItsKeyIsFree() {
        send("a", "a1", "a2");
        List<Lease> first = lease(1);
        CompletableFuture<Leased> waits = bench.ask(request(1, TEN_SECONDS));
        assertThat(waits).isNotDone();
        bench.ack(first.get(0));
        assertThat(texts(LeaseGround.now(waits).leases())).containsExactly("a2");
    }

    @Test
    void theSettingOfTheGroupIsEnough() {
        bench.orderedByKey = true;
        send("a", "a1", "a2");
        assertThat(bench.lease(1)).hasSize(1);
        assertThat(bench.lease(1)).isEmpty();
    }

    @Test
    void aGroupThatIsNotOrderedAnyMoreGetsWhatWaited() {
        bench.orderedByKey = true;
        send("a", "a1", "a2", "a3");
        send("b", "b1");
        assertThat(texts(bench.lease(1))).containsExactly("a1");
        assertThat(texts(bench.lease(5))).containsExactly("b1");
        bench.orderedByKey = false;
        assertThat(texts(bench.lease(5))).containsExactly("a2", "a3");
    }

    @Test
    void aGroupThatBecomesOrderedKnowsTheKeysOfWhatIsOpen() {
        send("a", "a1", "a2");
        List<Lease> before = bench.lease(1);
        bench.orderedByKey = true;
        assertThat(bench.lease(5)).isEmpty();
        bench.ack(before.get(0));
        assertThat(texts(bench.lease(5))).containsExactly("a2");
    }

    @Test
    void ofAFailingKeyOnlySomeIsListedAndAllComesInOrder() {
        int behind = 3 * KeyLanes.LISTED_OF_FAILING_MAX;
        List<String> expected = new ArrayList<>();
        send("a", "a0");
        release(lease(1).get(0), TEN_SECONDS);
        for (int i = 1; i <= behind; i++) {
            send("a", "a" + i);
            expected.add("a" + i);
            if (i % 100 == 0) {
                send("b" + i, "b" + i);
            }
        }
        for (Lease other : lease(100)) {
            bench.ack(other);
        }
        bench.pass(TEN_SECONDS);
        List<String> got = new ArrayList<>();
        for (List<Lease> some = lease(50); !some.isEmpty(); some = lease(50)) {
            got.addAll(texts(some));
            bench.settleAll(some.stream()
                    .map(lease -> (Settlement) new Settlement.Ack(lease.receipt()))
                    .toList());
        }
        expected.add(0, "a0");
        assertThat(got).isEqualTo(expected);
    }

    @Test
    void muchBehindAFailingKeyDoesNotHoldUpTheOthers() {
        int behind = 40_000;
        send("a", "a0");
        release(lease(1).get(0), TEN_SECONDS);
        for (int i = 0; i < behind; i++) {
            send("a", "x");
        }
        send("b", "b1");
        List<Lease> other = lease(1);
        assertThat(texts(other)).containsExactly("b1");
    }

    @Test
    void differentConsumersOfOneKeyKeepWhatTheirFiltersLeave() {
        bench.send(JOBS.value(), 0, "red", keyed("k", "red"));
        bench.send(JOBS.value(), 0, "blue", keyed("k", "blue"));
        bench.send(JOBS.value(), 0, "red2", keyed("k", "red"));
        List<Lease> blue = bench.lease(own("blue"));
        assertThat(texts(blue)).containsExactly("blue");
        assertThat(bench.lease(own("red"))).as("the key is with somebody").isEmpty();
        bench.ack(blue.get(0));
        assertThat(bench.lease(own("blue"))).isEmpty();
        assertThat(texts(bench.lease(own("red")))).containsExactly("red", "red2");
    }

    private static MessageProperties keyed(String key, String tag) {
        return MessageProperties.of(Map.of(PropertyNames.SHARDING_KEY, key, PropertyNames.TAGS, tag));
    }

    private static LeaseRequest own(String tag) {
        return new LeaseRequest(
                CREW,
                JOBS,
                FilterExpression.ALL,
                FilterExpression.tags(tag),
                10,
                LEASE,
                NO_WAIT,
                Start.FIRST,
                Ordering.BY_KEY);
    }
}
