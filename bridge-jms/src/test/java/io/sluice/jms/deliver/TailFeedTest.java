package io.sluice.jms.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.jms.destination.Address;
import io.sluice.jms.select.Selector;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.Records;
import io.sluice.port.Tails;
import jakarta.jms.JMSException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TailFeedTest {
    private static final MessageQueue QUEUE = new MessageQueue(new TopicName("orders"), "b", 0);
    private static final MessageQueue OTHER = new MessageQueue(new TopicName("orders"), "b", 1);

    private final AtomicInteger closedTails = new AtomicInteger();
    private final AtomicInteger heldRecords = new AtomicInteger();
    private final List<JMSException> reports = new ArrayList<>();
    private long now;
    private Tails.TailListener tail;
    private TailFeed feed;

    @BeforeEach
    void open() {
        feed = feed(new DeliveryLimits(1, Duration.ofSeconds(1), 4, 1_000, 1, 1));
    }

    private TailFeed feed(DeliveryLimits limits) {
        TailFeed made = new TailFeed(
                Address.topic("orders"), Selector.ALL, Optional.empty(), limits, () -> now, () -> {}, reports::add);
        made.follow((topic, listener) -> {
            tail = listener;
            return new Tails.Tail() {
                @Override
                public CompletionStage<Void> ready() {
                    return CompletableFuture.completedFuture(null);
                }

                @Override
                public void close() {
                    closedTails.incrementAndGet();
                }
            };
        });
        return made;
    }

    private CompletableFuture<Void> come(MessageQueue queue, String... texts) {
        heldRecords.incrementAndGet();
        List<ByteBuffer> slices =
                Arrays.stream(texts).map(ScriptedLeases::record).toList();
        return tail.onRecords(queue, new Records(slices, heldRecords::decrementAndGet))
                .toCompletableFuture();
    }

    private List<String> pollAll(int count) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(new String(feed.poll().orElseThrow().message().body()));
        }
        return texts;
    }

    @Test
    void aFullBufferHoldsTheQueuesBackUntilHalfOfItIsFree() {
        assertThat(come(QUEUE, "a", "b", "c")).isCompleted();
        CompletableFuture<Void> first = come(QUEUE, "d");
        CompletableFuture<Void> second = come(OTHER, "e");
        assertThat(first).isNotDone();
        assertThat(second).isNotDone();

        assertThat(pollAll(2)).containsExactly("a", "b");
        assertThat(first).as("three left of four").isNotDone();
        pollAll(1);

        assertThat(first).isCompleted();
        assertThat(second).isCompleted();
    }

    @Test
    void theBufferIsAlsoBoundedInBytes() {
        feed = feed(new DeliveryLimits(1, Duration.ofSeconds(1), 100, 10, 1, 1));
        CompletableFuture<Void> room = come(QUEUE, "0123456789");
        assertThat(room).isNotDone();

        pollAll(1);

        assertThat(room).isCompleted();
    }

    @Test
    void recordsAreReleasedAsSoonAsTheyAreCopied() {
        come(QUEUE, "a");
        assertThat(heldRecords).hasValue(0);
    }

    @Test
    void closingEndsTheTailAndLetsItGo() {
        CompletableFuture<Void> room = come(QUEUE, "a", "b", "c", "d");
        assertThat(room).isNotDone();

        feed.close();

        assertThat(room).isCompleted();
        assertThat(closedTails).hasValue(1);
        assertThat(come(QUEUE, "late")).isCompleted();
        assertThat(feed.poll()).isEmpty();
    }

    @Test
    void aRewindDeliversAgainInOrderAfterThePause() {
        come(QUEUE, "a", "b", "c");
        Delivery a = feed.poll().orElseThrow();
        Delivery b = feed.poll().orElseThrow();

        feed.rewind(List.of(a, b), Duration.ofSeconds(1));

        assertThat(feed.poll()).isEmpty();
        now += feed.restNanos();
        assertThat(feed.poll().orElseThrow().attempt()).isEqualTo(2);
        assertThat(pollAll(2)).containsExactly("b", "c");
    }

    @Test
    void aMessageIsGivenUpAfterSixteenDeliveries() {
        come(QUEUE, "bad", "good");
        for (int attempt = 1; attempt <= 16; attempt++) {
            Delivery bad = feed.poll().orElseThrow();
            assertThat(bad.attempt()).isEqualTo(attempt);
            feed.rewind(List.of(bad), Duration.ZERO);
        }
        assertThat(pollAll(1)).containsExactly("good");
    }

    @Test
    void aGapIsReportedWithItsNumbers() {
        tail.onGap(QUEUE, 5, 9);

        assertThat(reports).hasSize(1);
        assertThat(reports.get(0)).hasMessageContaining("messages 5 to 8").hasMessageContaining("topic orders");
    }
}
