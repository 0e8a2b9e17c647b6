package io.sluice.mqtt.deliver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.model.Message;
import io.sluice.mqtt.topic.SharedFilter;
import io.sluice.port.LeaseReader;
import io.sluice.port.Placement;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.contract.MemoryBroker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SharedSubscriptionsTest {
    private static final int IN_FLIGHT_MAX = 4;

    private final MemoryBroker broker = new MemoryBroker();
    private final Traffic traffic = new Traffic();
    private final DeliveryReader reader = new DeliveryReader(traffic);
    private final SharedSubscriptions shares =
            new SharedSubscriptions(broker.leases(), IN_FLIGHT_MAX, Duration.ofSeconds(30), reader);

    @BeforeEach
    void createTopic() {
        send("before");
    }

    @AfterEach
    void close() {
        shares.close();
        broker.close();
    }

    /** A session that acknowledges when a test asks. */
    private final class Worker implements Inbox.Owner {
        private final Inbox inbox = new Inbox(this, new DeliveryLimits(10, 1 << 20, 100, 1000, IN_FLIGHT_MAX), traffic);
        private final List<Inbox.Item> unacknowledged = new ArrayList<>();
        private final List<String> texts = new ArrayList<>();

        Subscription join(String filter) {
            return join(shares, filter);
        }

        Subscription join(SharedSubscriptions where, String filter) {
            return where.join(SharedFilter.parse(filter), inbox, new SubscriptionOptions(1, false, 7))
                    .toCompletableFuture()
                    .join();
        }

        Worker take() {
            for (Inbox.Item item = inbox.poll(); item != null; item = inbox.poll()) {
                unacknowledged.add(item);
                texts.add(new String(item.delivery().publication().payload(), StandardCharsets.UTF_8));
            }
            return this;
        }

        Worker work() {
            take();
            unacknowledged.forEach(item -> item.loan().done());
            unacknowledged.clear();
            return this;
        }

        void leave(Subscription subscription) {
            subscription.close();
            inbox.close();
            unacknowledged.forEach(item -> item.loan().giveBack());
        }

        @Override
        public String clientId() {
            return "worker";
        }

        @Override
        public void hasWork() {
            // Tests take when they want to.
        }

        @Override
        public void holdsUpTail() {
            throw new AssertionError("a shared subscription holds up no tail");
        }
    }

    private void send(String text) {
        send(Message.of("Jobs", text));
    }

    private void send(Message message) {
        broker.writer().send(message, Placement.ANY).toCompletableFuture().join();
    }

    private void send(int count) {
        IntStream.range(0, count).forEach(i -> send("job" + i));
    }

    @Test
    void everyMessageGoesToExactlyOneOfThoseWhoShare() {
        Worker one = new Worker();
        Worker other = new Worker();
        one.join("$share/g/Jobs/#");
        other.join("$share/g/Jobs/#");
        send(50);
        await().until(() -> one.work().texts.size() + other.work().texts.size() >= 50);
        List<String> all = new ArrayList<>(one.texts);
        all.addAll(other.texts);
        assertThat(all)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 50).mapToObj(i -> "job" + i).toList());
        assertThat(one.texts).hasSizeBetween(10, 40);
        await().until(() -> broker.openLeases() == 0);
    }

    @Test
    void otherShareNamesAndOtherFiltersGetTheirOwnCopies() {
        Worker one = new Worker();
        Worker other = new Worker();
        Worker third = new Worker();
        one.join("$share/g/Jobs/#");
        other.join("$share/h/Jobs/#");
        third.join("$share/g/Jobs/new");
        send(Message.of("Jobs", "new").withTag("new"));
        send(Message.of("Jobs", "old").withTag("old"));
        await().until(() -> one.work().texts.size() == 2 && other.work().texts.size() == 2);
        await().until(() -> third.work().texts.equals(List.of("new")));
        await().until(() -> broker.openLeases() == 0);
    }

    @Test
    void aSessionHoldsNoMoreThanItMay() {
        Worker worker = new Worker();
        worker.join("$share/g/Jobs");
        send(20);
        assertThat(worker.take().texts).hasSize(IN_FLIGHT_MAX);
        assertThat(broker.openLeases()).isEqualTo(IN_FLIGHT_MAX);
        await().until(() -> worker.work().texts.size() == 20);
    }

    @Test
    void whatASessionDidNotAcknowledgeGoesToAnotherWhenItEnds() {
        Worker leaver = new Worker();
        Worker stayer = new Worker();
        Subscription leaving = leaver.join("$share/g/Jobs");
        send(4);
        assertThat(leaver.take().texts).hasSize(4);
        stayer.join("$share/g/Jobs");
        leaver.unacknowledged.remove(0).loan().done();
        leaver.leave(leaving);
        await().until(() -> stayer.work().texts.size() == 3);
        assertThat(stayer.texts).doesNotContain("job0");
        assertThat(shares.members()).isEqualTo(1);
    }

    @Test
    void whatTheLastSessionDidNotAcknowledgeWaitsForTheNextOne() {
        Worker first = new Worker();
        Subscription subscription = first.join("$share/g/Jobs");
        send(2);
        first.take();
        first.leave(subscription);
        assertThat(shares.members()).isZero();
        send("job2");
        Worker second = new Worker();
        second.join("$share/g/Jobs");
        await().until(() -> second.work().texts.size() == 3);
    }

    @Test
    void aTopicThatIsCreatedAfterTheSubscriptionIsGotFromItsBeginning() {
        Worker worker = new Worker();
        worker.join("$share/g/Fresh");
        IntStream.range(0, 3).forEach(i -> send(Message.of("Fresh", "job" + i)));
        await().until(() -> {
            shares.tick(System.nanoTime());
            return worker.work().texts.size() == 3;
        });
    }

    @Test
    void aLeaseIsExtendedWhileTheClientHasTheMessage() {
        SharedSubscriptions brief =
                new SharedSubscriptions(broker.leases(), IN_FLIGHT_MAX, Duration.ofSeconds(2), reader);
        Worker holder = new Worker();
        Worker other = new Worker();
        holder.join(brief, "$share/g/Jobs");
        send("held");
        assertThat(holder.take().texts).containsExactly("held");
        other.join(brief, "$share/g/Jobs");
        long start = System.nanoTime();
        await().until(() -> {
            brief.tick(System.nanoTime());
            return System.nanoTime() - start > Duration.ofSeconds(3).toNanos();
        });
        assertThat(other.take().texts).isEmpty();
        assertThat(broker.openLeases()).isEqualTo(1);
        holder.work();
        await().until(() -> broker.openLeases() == 0);
        brief.close();
    }

    @Test
    void expiredMessagesAreDoneWith() {
        Worker worker = new Worker();
        worker.join("$share/g/Jobs");
        send(Message.of("Jobs", "late").withProperty("expiresAt", "1000"));
        send("fresh");
        await().until(() -> worker.work().texts.equals(List.of("fresh")));
        await().until(() -> broker.openLeases() == 0);
    }

    @Test
    void whatTheBrokerRefusesRefusesTheSubscription() {
        SharedSubscriptions refused = new SharedSubscriptions(
                new LeaseReader() {
                    @Override
                    public CompletionStage<Leased> lease(LeaseRequest request) {
                        return CompletableFuture.failedFuture(
                                new RefusedException(Refusal.NOT_SUPPORTED, "no leases here"));
                    }

                    @Override
                    public CompletionStage<List<Settled>> settle(List<Settlement> settlements) {
                        return CompletableFuture.completedFuture(List.of());
                    }
                },
                IN_FLIGHT_MAX,
                Duration.ofSeconds(30),
                reader);
        assertThatThrownBy(() -> new Worker().join(refused, "$share/g/Jobs")).hasMessageContaining("no leases here");
        assertThat(refused.members()).isZero();
    }

    @Test
    void aSettlementThatFailedIsTriedAgain() {
        boolean[] broken = {true};
        SharedSubscriptions flaky = new SharedSubscriptions(
                new LeaseReader() {
                    @Override
                    public CompletionStage<Leased> lease(LeaseRequest request) {
                        return broker.leases().lease(request);
                    }

                    @Override
                    public CompletionStage<List<Settled>> settle(List<Settlement> settlements) {
                        return broken[0]
                                ? CompletableFuture.failedFuture(new RefusedException(Refusal.UNAVAILABLE, "not now"))
                                : broker.leases().settle(settlements);
                    }
                },
                IN_FLIGHT_MAX,
                Duration.ofSeconds(30),
                reader);
        Worker worker = new Worker();
        worker.join(flaky, "$share/g/Jobs");
        send("job");
        await().until(() -> worker.work().texts.size() == 1);
        assertThat(broker.openLeases()).isEqualTo(1);
        broken[0] = false;
        await().until(() -> {
            flaky.tick(System.nanoTime());
            return broker.openLeases() == 0;
        });
        flaky.close();
    }
}
