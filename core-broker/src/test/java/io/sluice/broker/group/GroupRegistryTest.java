package io.sluice.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GroupRegistryTest {
    private static final GroupName GROUP = new GroupName("readers");
    private static final GroupName PRODUCERS = new GroupName("writers");
    private static final TopicName TOPIC = new TopicName("orders");
    private static final TopicName OTHER = new TopicName("bills");

    private Instant now = Instant.EPOCH;
    private boolean notifyAllowed = true;
    private final GroupRegistry registry =
            new GroupRegistry(() -> now, Duration.ofSeconds(120), group -> notifyAllowed);

    @Test
    void aNewMemberIsToldToEveryMember() {
        FakeLink first = new FakeLink("one");
        FakeLink second = new FakeLink("two");
        registry.beat(first, consumer("c1", "a", 1));
        first.told.clear();

        registry.beat(second, consumer("c2", "a", 1));

        assertThat(first.told).containsExactly(GROUP);
        assertThat(second.told).containsExactly(GROUP);
        assertThat(registry.consumers(GROUP).orElseThrow().clientIds()).containsExactly("c1", "c2");
    }

    @Test
    void aRepeatedHeartbeatTellsNobodyEvenUnderANewSubscriptionVersion() {
        FakeLink link = new FakeLink("one");
        registry.beat(link, consumer("c1", "a", 1));
        link.told.clear();

        registry.beat(link, consumer("c1", "a", 1));
        registry.beat(link, consumer("c1", "a", 2));

        assertThat(link.told).isEmpty();
        assertThat(registry.consumers(GROUP).orElseThrow().wants().get(TOPIC).version())
                .isEqualTo(2);
    }

    @Test
    void aChangedExpressionIsToldToTheMembers() {
        FakeLink link = new FakeLink("one");
        registry.beat(link, consumer("c1", "a", 1));
        link.told.clear();

        registry.beat(link, consumer("c1", "a || b", 2));

        assertThat(link.told).containsExactly(GROUP);
        assertThat(registry.consumers(GROUP).orElseThrow().wants().get(TOPIC).text())
                .isEqualTo("a || b");
    }

    @Test
    void anOlderSubscriptionOfAnotherMemberDoesNotReplaceTheNewer() {
        registry.beat(new FakeLink("one"), consumer("c1", "new", 7));
        registry.beat(new FakeLink("two"), consumer("c2", "old", 3));

        assertThat(registry.consumers(GROUP).orElseThrow().wants().get(TOPIC).text())
                .isEqualTo("new");
    }

    @Test
    void aTopicThatIsNoLongerNamedIsDropped() {
        FakeLink link = new FakeLink("one");
        registry.beat(link, beat("c1", 0, false, want(TOPIC, "*", 1), want(OTHER, "*", 1)));
        assertThat(registry.groupsThatWant(OTHER)).containsExactly(GROUP);

        registry.beat(link, beat("c1", 0, false, want(TOPIC, "*", 1)));

        assertThat(registry.groupsThatWant(OTHER)).isEmpty();
        assertThat(registry.groupsThatWant(TOPIC)).containsExactly(GROUP);
    }

    @Test
    void theSameClientOnANewConnectionReplacesTheOldOne() {
        FakeLink old = new FakeLink("old");
        FakeLink fresh = new FakeLink("fresh");
        registry.beat(old, consumer("c1", "*", 1));
        registry.beat(fresh, consumer("c1", "*", 1));

        assertThat(registry.consumers(GROUP).orElseThrow().members())
                .extracting(Member::link)
                .containsExactly(fresh);
        registry.gone(old);
        assertThat(registry.consumer(GROUP, "c1")).isPresent();
    }

    @Test
    void theEndOfAConnectionRemovesItsClientAndTellsTheOthers() {
        FakeLink first = new FakeLink("one");
        FakeLink second = new FakeLink("two");
        registry.beat(first, consumer("c1", "*", 1));
        registry.beat(second, consumer("c2", "*", 1));
        first.told.clear();

        registry.gone(second);

        assertThat(first.told).containsExactly(GROUP);
        assertThat(registry.consumers(GROUP).orElseThrow().clientIds()).containsExactly("c1");
        registry.gone(first);
        assertThat(registry.consumers(GROUP)).isEmpty();
    }

    @Test
    void aClientThatIsSilentForTooLongIsRemovedAndItsConnectionClosed() {
        FakeLink silent = new FakeLink("silent");
        FakeLink lively = new FakeLink("lively");
        registry.beat(silent, consumer("c1", "*", 1));
        registry.beat(silent, producer("c1"));
        now = now.plusSeconds(100);
        registry.beat(lively, consumer("c2", "*", 1));
        now = now.plusSeconds(21);
        lively.told.clear();

        registry.expire();

        assertThat(silent.closed).isTrue();
        assertThat(lively.closed).isFalse();
        assertThat(lively.told).containsExactly(GROUP);
        assertThat(registry.consumers(GROUP).orElseThrow().clientIds()).containsExactly("c2");
        assertThat(registry.producers(PRODUCERS)).isEmpty();
    }

    @Test
    void broadcastGroupsAndGroupsThatForbidItAreNotTold() {
        FakeLink link = new FakeLink("one");
        ConsumerTraits broadcast = new ConsumerTraits("CONSUME_PASSIVELY", "BROADCASTING", "CONSUME_FROM_LAST_OFFSET");
        registry.beat(
                link,
                new Heartbeat(
                        "c1",
                        "JAVA",
                        479,
                        0,
                        false,
                        Set.of(),
                        List.of(new Heartbeat.Consumer(GROUP, broadcast, List.of(want(TOPIC, "*", 1))))));
        notifyAllowed = false;
        registry.beat(new FakeLink("two"), consumer("c2", "*", 1));

        assertThat(link.told).isEmpty();
    }

    @Test
    void aHeartbeatWithoutSubscriptionsKeepsTheKnownOnesIfTheFingerprintIsTheSame() {
        FakeLink link = new FakeLink("one");
        assertThat(registry.beat(link, beat("c1", 4711, false, want(TOPIC, "a", 1))))
                .isFalse();
        assertThat(registry.beat(link, beat("c1", 4711, true))).isFalse();
        assertThat(registry.consumers(GROUP).orElseThrow().wants()).containsKey(TOPIC);

        assertThat(registry.beat(link, beat("c1", 999, true)))
                .as("another fingerprint: the client must tell")
                .isTrue();
    }

    @Test
    void aClientWithoutFingerprintsIsAlwaysAskedForItsSubscriptions() {
        assertThat(registry.beat(new FakeLink("one"), consumer("c1", "*", 1))).isTrue();
    }

    @Test
    void producersAreFoundByGroupAndByClientUntilTheyLeave() {
        FakeLink link = new FakeLink("one");
        registry.beat(link, producer("p1"));
        assertThat(registry.producers(PRODUCERS)).extracting(Member::clientId).containsExactly("p1");
        assertThat(registry.producer("p1")).isPresent();
        assertThat(registry.allProducers()).containsOnlyKeys(PRODUCERS);

        registry.leaveProducers(link, PRODUCERS);

        assertThat(registry.producer("p1")).isEmpty();
        assertThat(registry.allProducers()).isEmpty();
    }

    @Test
    void aConsumerThatSaysGoodbyeLeavesOnlyTheGroupItNames() {
        FakeLink link = new FakeLink("one");
        registry.beat(link, consumer("c1", "*", 1));
        registry.leaveConsumers(link, "somebody-else", GROUP);
        assertThat(registry.consumers(GROUP)).isPresent();
        registry.leaveConsumers(link, "c1", GROUP);
        assertThat(registry.consumers(GROUP)).isEmpty();
    }

    private static Subscription want(TopicName topic, String text, long version) {
        return new Subscription(topic, FilterExpression.tags(text), text, version);
    }

    private static Heartbeat consumer(String clientId, String tags, long version) {
        return beat(clientId, 0, false, want(TOPIC, tags, version));
    }

    private static Heartbeat beat(String clientId, int fingerprint, boolean withoutWants, Subscription... wants) {
        return new Heartbeat(
                clientId,
                "JAVA",
                479,
                fingerprint,
                withoutWants,
                Set.of(),
                List.of(new Heartbeat.Consumer(GROUP, ConsumerTraits.UNKNOWN, List.of(wants))));
    }

    private static Heartbeat producer(String clientId) {
        return new Heartbeat(clientId, "JAVA", 479, 0, false, Set.of(PRODUCERS), List.of());
    }

    private static final class FakeLink implements ClientLink {
        private final String name;
        final List<GroupName> told = new ArrayList<>();
        boolean closed;

        FakeLink(String name) {
            this.name = name;
        }

        @Override
        public String address() {
            return name;
        }

        @Override
        public void membersChanged(GroupName group) {
            told.add(group);
        }

        @Override
        public void close(String reason) {
            closed = true;
        }
    }
}
