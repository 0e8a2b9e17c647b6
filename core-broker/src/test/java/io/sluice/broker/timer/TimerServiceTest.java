package io.sluice.broker.timer;

import static io.sluice.broker.timer.TimerGround.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.broker.topic.SystemTopics;
import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.port.Timers.Waiting;
import io.sluice.port.Timers.WaitingMessages;
import io.sluice.store.QueueRead;
import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.RecallHandle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TimerServiceTest {
    private final TimerGround ground = TimerGround.open(16);

    @AfterEach
    void end() {
        ground.end();
    }

    private boolean recall(String text, long dueAtMs) {
        var answer = ground.desk()
                .recall(
                        new TopicName(TOPIC),
                        new RecallHandle(new TopicName(TOPIC), "broker-a", dueAtMs, "key-" + text).text())
                .toCompletableFuture();
        ground.run();
        return answer.orTimeout(60, TimeUnit.SECONDS).join();
    }

    private String propertyOfFirst(String name) {
        try (QueueRead read = ground.store.read(TOPIC, 0, 0, EntryFilter.ALL, 1, 1 << 20)) {
            return MessageView.of(read.slices().get(0)).property(name);
        }
    }

    @Test
    void aMessageComesAtItsTimeAndNotAMillisecondBefore() {
        ground.park(TOPIC, "a", ground.now() + 1_234);
        ground.run();
        ground.pass(Duration.ofMillis(1_233));
        ground.run();
        assertThat(ground.texts(TOPIC)).isEmpty();
        ground.pass(Duration.ofMillis(1));
        ground.run();
        assertThat(ground.texts(TOPIC)).containsExactly("a");
        ground.pass(Duration.ofDays(1));
        ground.run();
        assertThat(ground.texts(TOPIC)).containsExactly("a");
    }

    @Test
    void messagesComeInTheOrderOfTheirTimesWhateverTheOrderInWhichTheyWereSent() {
        List<Integer> delays = List.of(50, 10, 90, 30, 70, 20, 60, 40, 80, 100);
        for (int round = 0; round < 10; round++) {
            for (int delay : delays) {
                ground.park(TOPIC, "t%04d".formatted(delay * 10 + round), ground.now() + delay * 10 + round);
            }
        }
        ground.run();
        ground.pass(Duration.ofSeconds(2));
        ground.run();
        assertThat(ground.texts(TOPIC)).hasSize(100).isSorted();
    }

    @Test
    void messagesOfOneTimeComeInTheOrderInWhichTheyWereSent() {
        long due = ground.now() + 500;
        for (int i = 0; i < 300; i++) {
            ground.park(TOPIC, "m%03d".formatted(i), due);
        }
        ground.run();
        ground.pass(Duration.ofMillis(500));
        ground.run();
        assertThat(ground.texts(TOPIC)).hasSize(300).isSorted();
    }

    @Test
    void aDeliveredMessageSaysWhenItWaited() {
        long sent = ground.now();
        ground.park(TOPIC, "a", sent + 1_000);
        ground.run();
        ground.pass(Duration.ofMillis(1_500));
        ground.run();
        assertThat(propertyOfFirst(PropertyNames.TIMER_ENQUEUE_MS)).isEqualTo(Long.toString(sent));
        assertThat(propertyOfFirst(PropertyNames.TIMER_DEQUEUE_MS)).isEqualTo(Long.toString(sent + 1_500));
        assertThat(propertyOfFirst(PropertyNames.TIMER_OUT_MS)).isEqualTo(Long.toString(sent + 1_000));
        assertThat(propertyOfFirst(PropertyNames.UNIQUE_KEY)).isEqualTo("key-a");
    }

    @Test
    void aMessageFarAwayIsWrittenAnewBeforeTheLogForgetsItAndComesOnce() {
        long due = ground.now() + Duration.ofHours(2).toMillis();
        ground.park(TOPIC, "far", due);
        ground.run();
        long first = ground.timers.oldestNeeded();
        for (int i = 0; i < 24; i++) {
            ground.pass(Duration.ofMinutes(5));
            assertThat(ground.texts(TOPIC)).isEmpty();
            ground.run();
        }
        assertThat(ground.texts(TOPIC)).containsExactly("far");
        assertThat(first).isLessThan(Long.MAX_VALUE);
        assertThat(ground.timers.oldestNeeded()).isEqualTo(Long.MAX_VALUE);
        assertThat(ground.timers.status().rewritten()).isGreaterThan(5);
        assertThat(propertyOfFirst(PropertyNames.TIMER_REWRITE_AT)).isNull();
    }

    @Test
    void theLogIsKeptFromTheOldestMessageThatWaits() {
        long at = ground.store.logRange().max();
        ground.park(TOPIC, "a", ground.now() + 1_000);
        ground.run();
        assertThat(ground.timers.oldestNeeded()).isEqualTo(at);
        ground.pass(Duration.ofSeconds(1));
        ground.run();
        assertThat(ground.timers.oldestNeeded()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aMessageWhoseTopicIsGoneIsDroppedAndTheNextComes() {
        ground.park("nowhere", "lost", ground.now() + 100);
        ground.park(TOPIC, "kept", ground.now() + 100);
        ground.run();
        ground.pass(Duration.ofMillis(100));
        ground.run();
        assertThat(ground.texts(TOPIC)).containsExactly("kept");
        assertThat(ground.timers.status().dropped()).isEqualTo(1);
        assertThat(ground.timers.status().waiting()).isEmpty();
    }

    @Test
    void aRecalledMessageNeverComesAndASecondRecallSaysSo() {
        long due = ground.now() + 1_000;
        ground.park(TOPIC, "a", due);
        ground.park(TOPIC, "b", due);
        ground.run();
        assertThat(recall("a", due)).isTrue();
        assertThat(recall("a", due)).isFalse();
        assertThat(recall("b", due + 1)).as("another time is another message").isFalse();
        ground.restart();
        ground.pass(Duration.ofSeconds(2));
        ground.run();
        assertThat(ground.texts(TOPIC)).containsExactly("b");
        assertThat(recall("b", due)).isFalse();
    }

    @Test
    void aMessageThatWasWrittenAnewCanStillBeRecalled() {
        long due = ground.now() + Duration.ofHours(1).toMillis();
        ground.park(TOPIC, "a", due);
        ground.run();
        ground.pass(Duration.ofMinutes(25));
        ground.run();
        ground.pass(Duration.ofMinutes(10));
        ground.run();
        assertThat(ground.timers.status().rewritten()).isEqualTo(2);
        assertThat(recall("a", due)).isTrue();
        ground.pass(Duration.ofHours(1));
        ground.run();
        assertThat(ground.texts(TOPIC)).isEmpty();
    }

    @Test
    void whatWaitsIsListedByTopicTheNextFirst() {
        ground.topics.add("other");
        long now = ground.now();
        ground.park(TOPIC, "year", now + Duration.ofDays(365).toMillis());
        ground.park("other", "x", now + 10);
        IntStream.range(0, 40)
                .forEach(i -> ground.park(
                        TOPIC, "m" + i, now + Duration.ofMinutes(40 - i).toMillis()));
        ground.run();
        var answer = ground.desk().waiting(new TopicName(TOPIC), 3).toCompletableFuture();
        ground.run();
        WaitingMessages waiting = answer.join();
        assertThat(waiting.total()).isEqualTo(41);
        assertThat(waiting.next()).extracting(Waiting::uniqueKey).containsExactly("key-m39", "key-m38", "key-m37");
        assertThat(waiting.next().get(0).dueAtMs())
                .isEqualTo(now + Duration.ofMinutes(1).toMillis());
        assertThat(recall(
                        "m39",
                        RecallHandle.parse(waiting.next().get(0).recallHandle()).dueAtMs()))
                .isTrue();
    }

    @Test
    void aCleanStopDeliversNothingTwiceAndForgetsNothing() {
        for (int i = 0; i < 100; i++) {
            ground.park(TOPIC, "m%03d".formatted(i), ground.now() + i);
        }
        ground.run();
        ground.pass(Duration.ofMillis(49));
        ground.run();
        assertThat(ground.texts(TOPIC)).hasSize(50);
        ground.restart();
        ground.run();
        assertThat(ground.texts(TOPIC)).hasSize(50);
        assertThat(ground.timers.status().waiting()).containsEntry(TOPIC, 50L);
        ground.pass(Duration.ofSeconds(1));
        ground.run();
        assertThat(ground.texts(TOPIC)).hasSize(100).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aKilledProcessDeliversNothingTwiceEither() {
        for (int i = 0; i < 100; i++) {
            ground.park(TOPIC, "m%03d".formatted(i), ground.now() + i);
        }
        ground.run();
        ground.pass(Duration.ofMillis(49));
        ground.run();
        ground.kill();
        ground.pass(Duration.ofSeconds(1));
        ground.run();
        assertThat(ground.texts(TOPIC)).hasSize(100).isSorted();
    }

    @Test
    void aClockSetForwardBringsWhatBecameDueInOrderAndAClockSetBackBringsNothingTwiceOrEarly() {
        long begin = ground.now();
        for (int i = 1; i <= 500; i++) {
            ground.park(TOPIC, "m%03d".formatted(i), begin + i * 10L);
        }
        ground.run();
        ground.pass(Duration.ofMillis(2_000));
        ground.run();
        assertThat(ground.texts(TOPIC)).hasSize(200);
        ground.pass(Duration.ofHours(-1));
        ground.run();
        assertThat(ground.texts(TOPIC)).hasSize(200);
        ground.pass(Duration.ofHours(2));
        ground.run();
        assertThat(ground.texts(TOPIC)).hasSize(500).isSorted();
    }

    @Test
    void aClockSetBackWhileTheStoreRefusesBringsNothingEarlyAndBlocksNothing() {
        long begin = ground.now();
        ground.park(TOPIC, "first", begin + 10_000);
        ground.park(TOPIC, "second", begin + 10_000);
        ground.run();
        ground.fillDisk();
        ground.pass(Duration.ofSeconds(10));
        ground.run();
        assertThat(ground.texts(TOPIC)).isEmpty();

        ground.pass(Duration.ofHours(-1));
        ground.makeRoom();
        ground.park(TOPIC, "sooner", ground.now() + 1_000);
        ground.run();
        assertThat(ground.texts(TOPIC)).as("an hour early").isEmpty();
        ground.pass(Duration.ofSeconds(1));
        ground.run();
        assertThat(ground.texts(TOPIC)).containsExactly("sooner");
        ground.pass(Duration.ofHours(1));
        ground.run();
        assertThat(ground.texts(TOPIC)).containsExactly("sooner", "first", "second");
    }

    /** Its snapshot could not be saved, so it waits before it tries again. */
    private boolean theKeeperRests() throws Exception {
        ground.timers.keeper().work();
        return ground.disk.writesRefused() > 0;
    }

    @Test
    void aFailedSnapshotIsTriedAgainAlthoughTheClockWasSetBack() throws Exception {
        for (int i = 0; i < 50; i++) {
            ground.park(TOPIC, "m" + i, ground.now() + Duration.ofDays(1).toMillis());
        }
        ground.run();
        ground.pass(Duration.ofSeconds(601));
        ground.run();
        Path config = TimerGround.DIRECTORY.resolve("config");
        ground.disk.refuseWritesIn(config);
        await().atMost(Duration.ofSeconds(60)).until(this::theKeeperRests);
        ground.disk.refuseWritesIn(null);
        assertThat(ground.timers.keeper().work()).isZero();

        ground.pass(Duration.ofHours(-1));
        assertThat(ground.timers.keeper().work()).isEqualTo(1);
        assertThat(ground.disk.stat(config.resolve(TimerService.SNAPSHOT_TABLE)))
                .isPresent();
    }

    @Test
    void theIndexIsSavedWhenTheLogIsOnTheDiskAndAReopeningGoesOnFromThere() throws Exception {
        for (int i = 0; i < 50; i++) {
            ground.park(TOPIC, "m%02d".formatted(i), ground.now() + 700_000 + i);
        }
        ground.run();
        ground.pass(Duration.ofSeconds(601));
        ground.run();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> ground.timers.keeper().work() > 0);
        assertThat(ground.disk.stat(TimerGround.DIRECTORY.resolve("config/sluiceTimers.txt")))
                .isPresent();
        ground.kill();
        ground.run();
        assertThat(ground.timers.status().waiting()).containsEntry(TOPIC, 50L);
        ground.pass(Duration.ofSeconds(200));
        ground.run();
        assertThat(ground.texts(TOPIC)).hasSize(50).isSorted();
    }

    @Test
    void aDamagedIndexIsMadeAgainFromTheLog() throws Exception {
        theIndexIsSavedWhenTheLogIsOnTheDiskAndAReopeningGoesOnFromThere();
        for (int i = 0; i < 50; i++) {
            ground.park(TOPIC, "n%02d".formatted(i), ground.now() + 700_000 + i);
        }
        ground.run();
        ground.pass(Duration.ofSeconds(601));
        ground.run();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> ground.timers.keeper().work() > 0);
        damageRuns();
        ground.restart();
        ground.pass(Duration.ofSeconds(601));
        ground.run();
        assertThat(ground.texts(TOPIC)).hasSize(100).isSorted();
    }

    private void damageRuns() throws IOException {
        Path directory = TimerGround.DIRECTORY.resolve(TimerService.INDEX_DIRECTORY);
        for (var entry : ground.disk.list(directory)) {
            byte[] content = ground.disk.read(directory.resolve(entry.name()), 1 << 20);
            content[content.length - 1] ^= 1;
            ground.disk.write(directory.resolve(entry.name()), content, true);
        }
    }

    @Test
    void whatAnotherBrokerDeliveredBeforeIsNotDeliveredAgain() throws IOException {
        long now = ground.now();
        ground.park(TOPIC, "delivered there", now - 5_000);
        ground.park(TOPIC, "still waiting", now + 5_000);
        ground.park(
                MessageProperties.NONE
                        .with(PropertyNames.REAL_TOPIC, TOPIC)
                        .with(PropertyNames.REAL_QUEUE_ID, "0")
                        .with(PropertyNames.TIMER_OUT_MS, Long.toString(now + 5_000))
                        .with(PropertyNames.TIMER_DELETE_KEY, TOPIC + "+key"),
                "a note that takes another message away");
        ground.timers.close();
        ByteBuffer checkpoint = ByteBuffer.allocate(4096).putLong(0, now - 1_000);
        ground.disk.write(TimerGround.DIRECTORY.resolve("config/timercheck"), checkpoint.array(), true);
        ground.restart();
        ground.run();
        ground.pass(Duration.ofSeconds(5));
        ground.run();
        assertThat(ground.texts(TOPIC)).containsExactly("still waiting");
    }

    @Test
    void noFileIsMadeForThoseWhoUseNoTimers() throws IOException {
        ground.run();
        ground.pass(Duration.ofHours(1));
        ground.run();
        assertThat(ground.disk.stat(TimerGround.DIRECTORY.resolve(TimerService.INDEX_DIRECTORY)))
                .isEmpty();
        assertThat(ground.timers.idleNanos()).isEqualTo(Duration.ofSeconds(1).toNanos());
    }

    @Test
    void theMessagesStandRightBehindTheFactsThatTellOfThem() {
        ground.park(TOPIC, "a", ground.now() + 10);
        ground.park(TOPIC, "b", ground.now() + 10);
        ground.run();
        ground.pass(Duration.ofMillis(10));
        ground.run();
        try (QueueRead messages = ground.store.read(TOPIC, 0, 0, EntryFilter.ALL, 2, 1 << 20);
                QueueRead parked = ground.store.read(SystemTopics.TIMER, 0, 0, EntryFilter.ALL, 2, 1 << 20);
                QueueRead facts = ground.store.read(TimerFacts.TOPIC, 0, 0, EntryFilter.ALL, 2, 1 << 20)) {
            MessageView fact = MessageView.of(facts.slices().get(0));
            assertThat(MessageView.of(messages.slices().get(0)).logOffset())
                    .isEqualTo(fact.logOffset() + facts.slices().get(0).remaining());
            assertThat(TimerFacts.decode(fact.storedBody()).all())
                    .extracting(one ->
                            one.kind() + " " + one.topic() + " " + one.entry().logOffset())
                    .containsExactly(
                            "DELIVERED letters "
                                    + MessageView.of(parked.slices().get(0)).logOffset(),
                            "DELIVERED letters "
                                    + MessageView.of(parked.slices().get(1)).logOffset());
        }
    }
}
