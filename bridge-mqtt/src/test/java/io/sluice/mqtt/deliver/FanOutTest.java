package io.sluice.mqtt.deliver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.model.Message;
import io.sluice.mqtt.topic.TopicFilter;
import io.sluice.port.BrokerPort;
import io.sluice.port.Placement;
import io.sluice.port.RefusedException;
import io.sluice.port.contract.MemoryBroker;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FanOutTest {
    private static final int REFRESH_MS = 20;

    private final MemoryBroker broker = new MemoryBroker();
    private final Traffic traffic = new Traffic();
    private FanOut fanOut;

    /** The port to test with; the broker behind it is the one given. */
    BrokerPort port(MemoryBroker behind) {
        return behind;
    }

    private void open(int followedTopicsMax) {
        fanOut =
                FanOut.open(port(broker), new DeliveryLimits(10, 1 << 20, followedTopicsMax, REFRESH_MS, 128), traffic);
    }

    @BeforeEach
    void open() {
        open(100);
    }

    @AfterEach
    void close() {
        fanOut.close();
        broker.close();
    }

    /** An inbox that is emptied only when a test asks. */
    private final class Reader implements Inbox.Owner {
        private final String name;
        private final Inbox inbox = new Inbox(this, new DeliveryLimits(10, 1 << 20, 100, REFRESH_MS, 128), traffic);
        private final List<Inbox.Item> items = new ArrayList<>();

        Reader(String name) {
            this.name = name;
        }

        Subscription subscribe(String filter, int qos) {
            return subscribe(filter, new SubscriptionOptions(qos, false, 0));
        }

        Subscription subscribe(String filter, SubscriptionOptions options) {
            return fanOut.subscribe(TopicFilter.parse(filter), inbox, options)
                    .toCompletableFuture()
                    .join();
        }

        List<Inbox.Item> read() {
            for (Inbox.Item item = inbox.poll(); item != null; item = inbox.poll()) {
                items.add(item);
            }
            return items;
        }

        /** Waits until these have come, and nothing else. */
        void awaitTexts(String... expected) {
            await().until(() -> read().size() >= expected.length);
            assertThat(texts()).containsExactly(expected);
        }

        List<String> texts() {
            return read().stream()
                    .map(item -> new String(item.delivery().publication().payload(), StandardCharsets.UTF_8))
                    .toList();
        }

        @Override
        public String clientId() {
            return name;
        }

        @Override
        public void hasWork() {
            // Tests read when they want to.
        }

        @Override
        public void holdsUpTail() {
            // Tests read when they want to.
        }
    }

    private void send(String topic, String text) {
        send(Message.of(topic, text));
    }

    private void send(Message message) {
        broker.writer()
                .send(message, new Placement.ByShardingKey("one queue"))
                .toCompletableFuture()
                .join();
    }

    @Test
    void aSubscriberGetsWhatIsStoredAfterItsSubscription() {
        Reader reader = new Reader("r");
        send("Orders", "before");
        reader.subscribe("Orders/#", 1);
        send("Orders", "after");
        send("Other", "elsewhere");
        reader.awaitTexts("after");
    }

    @Test
    void aTopicIsFollowedOnceForAllItsSubscribersAndLetGoWithTheLast() {
        Reader one = new Reader("one");
        Reader other = new Reader("other");
        Subscription first = one.subscribe("Orders/a", 1);
        Subscription second = other.subscribe("Orders/#", 1);
        assertThat(fanOut.followedTopics()).isEqualTo(1);
        first.close();
        first.close();
        assertThat(fanOut.followedTopics()).isEqualTo(1);
        second.close();
        assertThat(fanOut.followedTopics()).isZero();
        assertThat(fanOut.subscriptions()).isZero();
        send("Orders", "unheard");
        assertThat(one.texts()).isEmpty();
    }

    @Test
    void overlappingSubscriptionsGiveOneCopyWithTheHighestQosAndAllIdentifiers() {
        Reader reader = new Reader("r");
        reader.subscribe("Orders/#", new SubscriptionOptions(0, false, 7));
        reader.subscribe("Orders/+", new SubscriptionOptions(2, false, 8));
        reader.subscribe("Orders/new", new SubscriptionOptions(1, false, 0));
        send(Message.of("Orders", "x").withTag("new").withProperty("mqttMarks", "2"));
        reader.awaitTexts("x");
        assertThat(reader.read().get(0).qos()).isEqualTo(2);
        assertThat(reader.read().get(0).subscriptionIds()).containsExactlyInAnyOrder(7, 8);
    }

    @Test
    void noLocalKeepsOnlyTheOwnMessagesAway() {
        Reader reader = new Reader("me");
        reader.subscribe("Orders", new SubscriptionOptions(1, true, 0));
        send(Message.of("Orders", "mine").withProperty("mqttClientId", "me"));
        send(Message.of("Orders", "yours").withProperty("mqttClientId", "you"));
        send("Orders", "anybody's");
        reader.awaitTexts("yours", "anybody's");
    }

    @Test
    void theQosIsTheLowerOfPublisherAndSubscription() {
        Reader reader = new Reader("r");
        reader.subscribe("Orders", 1);
        send(Message.of("Orders", "0").withProperty("mqttMarks", "0"));
        send(Message.of("Orders", "2").withProperty("mqttMarks", "2"));
        reader.awaitTexts("0", "2");
        assertThat(reader.read()).extracting(Inbox.Item::qos).containsExactly(0, 1);
    }

    @Test
    void expiredMessagesAreNotDelivered() {
        Reader reader = new Reader("r");
        reader.subscribe("Orders", 1);
        send(Message.of("Orders", "late").withProperty("expiresAt", "1000"));
        send(Message.of("Orders", "fresh").withProperty("expiresAt", Long.toString(Long.MAX_VALUE)));
        reader.awaitTexts("fresh");
        assertThat(traffic.droppedExpired.sum()).isEqualTo(1);
    }

    // ---- wildcards over all topics ----

    @Test
    void aLeadingWildcardFollowsTheTopicsThatExist() {
        send("Orders", "old");
        send("Invoices", "old");
        Reader reader = new Reader("r");
        reader.subscribe("#", 1);
        assertThat(fanOut.followedTopics()).isEqualTo(2);
        send("Orders", "a");
        send("Invoices", "b");
        reader.awaitTexts("a", "b");
    }

    @Test
    void aTopicThatIsCreatedLaterIsReadFromItsBeginning() {
        Reader reader = new Reader("r");
        reader.subscribe("+/#", 1);
        IntStream.range(0, 5).forEach(i -> send("Fresh", "m" + i));
        await().until(() -> reader.read().size() >= 5);
        send("Fresh", "m5");
        reader.awaitTexts("m0", "m1", "m2", "m3", "m4", "m5");
    }

    @Test
    void aTopicThatIsFollowedBeforeItIsDiscoveredLosesNothingForAnybody() {
        Reader everything = new Reader("everything");
        Reader one = new Reader("one");
        everything.subscribe("#", 1);
        send("Fresh", "before one");
        one.subscribe("Fresh", 1);
        send("Fresh", "for both");
        await().until(() -> everything.read().size() >= 2);
        everything.awaitTexts("before one", "for both");
        one.awaitTexts("for both");
    }

    @Test
    void whenNobodyWatchesAllTopicsTheyAreLetGo() {
        send("Orders", "old");
        Reader reader = new Reader("r");
        Subscription subscription = reader.subscribe("#", 1);
        assertThat(fanOut.followedTopics()).isEqualTo(1);
        subscription.close();
        assertThat(fanOut.followedTopics()).isZero();
    }

    @Test
    void aTopicThatIsGoneIsLetGo() {
        send("Orders", "old");
        Reader reader = new Reader("r");
        reader.subscribe("#", 1);
        broker.topics()
                .delete(new io.sluice.model.TopicName("Orders"))
                .toCompletableFuture()
                .join();
        await().until(() -> fanOut.followedTopics() == 0);
    }

    // ---- bounds ----

    @Test
    void moreTopicsThanAllowedAreRefused() {
        fanOut.close();
        open(1);
        Reader reader = new Reader("r");
        reader.subscribe("Orders", 1);
        assertThatThrownBy(() -> reader.subscribe("Invoices", 1))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(RefusedException.class)
                .hasMessageContaining("followedTopicsMax");
        assertThat(reader.subscribe("Orders/x", 1).filter().text()).isEqualTo("Orders/x");
    }

    @Test
    void aFullInboxSlowsItsQueueDownAndNothingIsLost() {
        Reader slow = new Reader("slow");
        Reader quick = new Reader("quick");
        slow.subscribe("Orders", 1);
        quick.subscribe("Orders", 1);
        IntStream.range(0, 25).forEach(i -> send("Orders", "m" + i));
        assertThat(quick.texts()).hasSizeLessThan(25);
        List<String> expected = IntStream.range(0, 25).mapToObj(i -> "m" + i).toList();
        await().until(() -> {
            slow.read();
            return quick.read().size() == 25 && slow.read().size() == 25;
        });
        assertThat(quick.texts()).isEqualTo(expected);
        assertThat(slow.texts()).isEqualTo(expected);
    }

    @Test
    void aSessionThatIsGoneSlowsNobodyDown() {
        Reader gone = new Reader("gone");
        Reader quick = new Reader("quick");
        gone.subscribe("Orders", 1);
        quick.subscribe("Orders", 1);
        IntStream.range(0, 15).forEach(i -> send("Orders", "m" + i));
        gone.inbox.close();
        await().until(() -> quick.read().size() == 15);
    }
}
