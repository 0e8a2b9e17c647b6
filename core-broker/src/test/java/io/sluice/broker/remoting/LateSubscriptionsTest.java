package io.sluice.broker.remoting;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.group.ConsumerTraits;
import io.sluice.broker.group.GroupRegistry;
import io.sluice.broker.group.Heartbeat;
import io.sluice.broker.group.Subscription;
import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import io.sluice.wire.body.ConsumerRunningInfo;
import io.sluice.wire.body.SubscriptionData;
import io.sluice.wire.command.NoFields;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class LateSubscriptionsTest {
    private static final GroupName GROUP = new GroupName("readers");
    private static final TopicName TOPIC = new TopicName("Jobs");

    private final AtomicBoolean isBroken = new AtomicBoolean();
    private final GroupRegistry registry = new GroupRegistry(InstantSource.system(), Duration.ofMinutes(2), group -> {
        if (isBroken.get()) {
            throw new IllegalStateException("told to fail");
        }
        return true;
    });
    private final OnePeer peer = new OnePeer(question -> {
        SubscriptionData wants =
                new SubscriptionData(TOPIC.value(), "b", Set.of(), Set.of(), 6, SubscriptionData.TAG, false);
        ConsumerRunningInfo info =
                new ConsumerRunningInfo(Map.of(), Set.of(wants), Map.of(), Map.of(), Map.of(), Map.of(), "");
        return CompletableFuture.completedFuture(Replies.COMMANDS.answer(0, "", new NoFields(), info.toFrameBody()));
    });

    private void join() {
        Subscription known = new Subscription(TOPIC, FilterExpression.ALL, "*", 5);
        registry.beat(
                PeerLink.of(peer, gone -> {}),
                new Heartbeat(
                        "c1",
                        "JAVA",
                        1,
                        0,
                        false,
                        Set.of(),
                        List.of(new Heartbeat.Consumer(GROUP, ConsumerTraits.UNKNOWN, List.of(known)))));
    }

    @Test
    void whatTheClientSaysIsLearned() {
        join();
        assertThat(new LateSubscriptions(registry).ask(GROUP, peer)).isCompletedWithValue(true);
    }

    @Test
    void whoWaitsIsAnsweredAlsoWhenWhatWasLearnedCannotBeTakenNoteOf() {
        join();
        isBroken.set(true);
        assertThat(new LateSubscriptions(registry).ask(GROUP, peer)).isCompletedWithValue(false);
    }
}
