package io.sluice.jms.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.jms.destination.Address;
import io.sluice.jms.select.Selector;
import io.sluice.model.FilterExpression;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.LeaseRequest;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.LeaseReader.Start;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.wire.message.MessageLayout;
import io.sluice.wire.message.SysFlag;
import jakarta.jms.JMSException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeaseFeedTest {
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final DeliveryLimits LIMITS = new DeliveryLimits(8, LEASE, 1, 1, 1, 1);

    private final ScriptedLeases broker = new ScriptedLeases();
    private long now;
    private final LeaseBook book = new LeaseBook(broker, LEASE, () -> now);
    private final List<JMSException> reports = new ArrayList<>();
    private int tellings;
    private LeaseFeed feed;

    @BeforeEach
    void open() throws JMSException {
        feed = new LeaseFeed(
                broker,
                book,
                Address.queue("orders"),
                Selector.parse("n > 1"),
                LIMITS,
                () -> now,
                () -> tellings++,
                reports::add);
        feed.resume();
    }

    private static Lease[] leases(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> ScriptedLeases.lease("r" + i, "m" + i))
                .toArray(Lease[]::new);
    }

    private String pollText() {
        return feed.poll()
                .map(delivery -> new String(delivery.message().body()))
                .orElse(null);
    }

    private LeaseRequest lastRequest() {
        return broker.requests.get(broker.requests.size() - 1);
    }

    @Test
    void aQuestionNamesTheQueuesGroupAndWhatBelongsToIt() {
        feed.ask(LONG);

        LeaseRequest request = lastRequest();
        assertThat(request.group().value()).isEqualTo("jms-queue-orders");
        assertThat(request.topic().value()).isEqualTo("orders");
        assertThat(request.groupFilter())
                .isEqualTo(FilterExpression.sql("(jmsDestination IS NULL OR jmsDestination = 'queue')"));
        assertThat(request.ownFilter()).isEqualTo(FilterExpression.sql("n > 1"));
        assertThat(request.leaseFor()).isEqualTo(LEASE);
        assertThat(request.maxWait())
                .as("bounded, so that a closed consumer is soon out")
                .isLessThan(LONG);
        assertThat(request.start()).isEqualTo(Start.FIRST);
    }

    @Test
    void questionsAskForMoreWhileAnswersAreFullAndUsedUp() {
        List<Integer> asked = new ArrayList<>();
        int given = 0;
        for (int round = 0; round < 5; round++) {
            feed.ask(LONG);
            int wanted = lastRequest().maxMessages();
            asked.add(wanted);
            broker.lend(leases(given, given + wanted));
            given += wanted;
            while (pollText() != null) {
                // Taken.
            }
        }
        assertThat(asked).containsExactly(1, 2, 4, 8, 8);
    }

    @Test
    void oneQuestionIsUnderWayAtATimeAndNoneWhenEnoughIsAtHand() {
        feed.ask(LONG);
        feed.ask(LONG);
        assertThat(broker.requests).hasSize(1);
        broker.lend(leases(0, 1));
        assertThat(tellings).isEqualTo(1);

        feed.ask(LONG);
        assertThat(broker.requests).as("one at hand is enough").hasSize(1);
        assertThat(pollText()).isEqualTo("m0");
        feed.ask(LONG);
        assertThat(broker.requests).hasSize(2);
    }

    /** A question that waits while messages are at hand could be answered with messages that were given back meanwhile. */
    @Test
    void askingAheadDoesNotWait() {
        feed.ask(LONG);
        broker.lend(leases(0, 1));
        feed.poll();
        feed.ask(LONG);
        assertThat(lastRequest().maxWait()).isPositive();
        broker.lend(leases(1, 3));
        feed.poll();

        feed.ask(LONG);
        assertThat(lastRequest().maxWait()).isZero();
        assertThat(lastRequest().maxMessages()).isEqualTo(2);
        broker.lend();
        feed.ask(LONG);
        assertThat(broker.requests).as("not full, so not asked ahead again").hasSize(3);
    }

    @Test
    void aQuestionIsTakenBackWhenTheConsumerStopsRewindsOrClosesAndAnotherMayFollow() {
        feed.ask(LONG);
        feed.pause();
        assertThat(broker.answers.get(0)).isCancelled();
        assertThat(feed.isAsking()).isFalse();
        assertThat(feed.trouble()).isEmpty();

        feed.resume();
        feed.ask(LONG);
        feed.rewind(List.of(), Duration.ZERO);
        assertThat(broker.answers.get(1)).isCancelled();

        feed.ask(LONG);
        feed.close();
        assertThat(broker.answers.get(2)).isCancelled();
        assertThat(broker.settlements).isEmpty();
    }

    @Test
    void anAnswerFromBeforeAStopIsUsedAfterTheStartWhenNothingStandsBeforeIt() {
        broker.takesBack = false;
        feed.ask(LONG);
        feed.pause();
        feed.resume();
        broker.lend(leases(0, 1));

        assertThat(pollText()).isEqualTo("m0");
        assertThat(broker.settlements).isEmpty();
    }

    @Test
    void anAnswerThatComesAfterTheConsumerClosedIsGivenBack() {
        broker.takesBack = false;
        feed.ask(LONG);
        feed.close();
        broker.lend(leases(0, 1));

        assertThat(broker.handlesOf(Settlement.Release.class)).containsExactly("r0");
        assertThat(book.size()).isZero();
        assertThat(feed.poll()).isEmpty();
    }

    @Test
    void whatIsAtHandIsGivenBackWhenTheConsumerClosesOrStops() {
        feed.ask(LONG);
        broker.lend(leases(0, 1));
        feed.pause();
        assertThat(broker.handlesOf(Settlement.Release.class)).containsExactly("r0");
        feed.ask(LONG);
        assertThat(broker.requests).hasSize(1);

        feed.resume();
        feed.ask(LONG);
        broker.lend(leases(1, 2));
        feed.close();

        assertThat(broker.handlesOf(Settlement.Release.class)).containsExactly("r0", "r1");
        assertThat(book.size()).isZero();
    }

    @Test
    void aRewindGivesBackWhatWasDeliveredBeforeWhatIsAtHandAndAsksOnlyAfterwards() {
        feed.ask(LONG);
        broker.lend(leases(0, 1));
        Delivery delivered = feed.poll().orElseThrow();
        feed.ask(LONG);
        assertThat(lastRequest().maxMessages()).isEqualTo(2);
        broker.lend(leases(1, 3));
        broker.settlesAtOnce = false;

        feed.rewind(List.of(delivered), Duration.ZERO);

        assertThat(broker.handlesOf(Settlement.Release.class)).containsExactly("r0", "r1", "r2");
        feed.ask(LONG);
        assertThat(broker.requests).as("not before the messages are back").hasSize(2);
        broker.settleLatest(io.sluice.port.LeaseReader.Result.DONE);
        feed.ask(LONG);
        assertThat(broker.requests).hasSize(3);
        assertThat(lastRequest().maxMessages()).as("slow again").isEqualTo(1);
    }

    /** It may hold messages from behind those that were given back. */
    @Test
    void anAnswerToAQuestionFromBeforeARewindIsGivenBack() {
        broker.takesBack = false;
        feed.ask(LONG);
        broker.lend(leases(0, 1));
        Delivery delivered = feed.poll().orElseThrow();
        feed.ask(LONG);

        feed.rewind(List.of(delivered), Duration.ZERO);
        broker.lend(leases(1, 3));

        assertThat(feed.poll()).isEmpty();
        assertThat(broker.handlesOf(Settlement.Release.class)).containsExactly("r0", "r1", "r2");
        assertThat(book.size()).isZero();
    }

    @Test
    void anAnswerThatComesWhileStoppedIsGivenBack() {
        broker.takesBack = false;
        feed.ask(LONG);
        feed.pause();
        broker.lend(leases(0, 1));

        assertThat(feed.poll()).isEmpty();
        assertThat(broker.handlesOf(Settlement.Release.class)).containsExactly("r0");
    }

    @Test
    void aMessageWhoseLeaseEndedAtHandIsNotDelivered() {
        feed.ask(LONG);
        broker.lend(leases(0, 1));
        now += LEASE.toNanos();

        assertThat(feed.poll()).isEmpty();
        assertThat(book.size()).as("nor extended").isZero();
    }

    @Test
    void aConsumerThatNeverAsksAgainGivesBackWhatItHas() {
        feed.ask(LONG);
        broker.lend(leases(0, 1));
        now += LEASE.multipliedBy(2).toNanos() - 1;
        feed.giveBackIdle();
        assertThat(broker.handlesOf(Settlement.Release.class)).isEmpty();

        now++;
        feed.giveBackIdle();

        assertThat(broker.handlesOf(Settlement.Release.class)).containsExactly("r0");
    }

    @Test
    void aSlowListenerKeepsWhatItHas() {
        feed.listenedTo(true);
        feed.ask(LONG);
        broker.lend(leases(0, 1));
        now += LEASE.multipliedBy(10).toNanos();

        feed.giveBackIdle();

        assertThat(broker.handlesOf(Settlement.Release.class)).isEmpty();
    }

    @Test
    void aTopicThatDoesNotExistYetIsNoTroubleAndIsAskedForAgain() {
        feed.ask(LONG);
        broker.refuse(new RefusedException(Refusal.NO_SUCH_TOPIC, "create it"));
        assertThat(feed.trouble()).isEmpty();
        assertThat(feed.restNanos()).isPositive();
        feed.ask(LONG);
        assertThat(broker.requests).hasSize(1);

        now += feed.restNanos();
        feed.ask(LONG);

        assertThat(broker.requests).hasSize(2);
        assertThat(reports).isEmpty();
    }

    @Test
    void aFailureIsReportedOnceUntilThereIsSuccessAndRestsGrow() {
        List<Long> rests = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            feed.ask(LONG);
            broker.refuse(new RefusedException(Refusal.UNAVAILABLE, "try later"));
            assertThat(feed.trouble().orElseThrow().lasting()).isFalse();
            rests.add(Duration.ofNanos(feed.restNanos()).toMillis());
            now += feed.restNanos();
        }
        assertThat(rests).containsExactly(100L, 200L, 400L, 800L, 1_600L, 3_200L, 5_000L, 5_000L);
        assertThat(reports).hasSize(1);

        feed.ask(LONG);
        broker.lend();
        assertThat(feed.trouble()).isEmpty();
        feed.ask(LONG);
        broker.refuse(new RefusedException(Refusal.FORBIDDEN, "ask for the right"));
        assertThat(feed.trouble().orElseThrow().lasting()).isTrue();
        assertThat(reports).hasSize(2);
    }

    /** A message that nobody can read would come again for ever. */
    @Test
    void aMessageThatCannotBeReadGoesToTheDeadLetters() {
        ByteBuffer good = ScriptedLeases.record("not compressed");
        ByteBuffer broken =
                ByteBuffer.allocate(good.remaining()).put(good.duplicate()).flip();
        broken.putInt(MessageLayout.SYS_FLAG, SysFlag.COMPRESSED);
        Lease lease = ScriptedLeases.lease("bad", "");
        feed.ask(LONG);

        broker.lend(new Lease(lease.receipt(), lease.queue(), broken, 1, 0), ScriptedLeases.lease("good", "m"));

        assertThat(broker.handlesOf(Settlement.Reject.class)).containsExactly("bad");
        assertThat(pollText()).isEqualTo("m");
    }
}
