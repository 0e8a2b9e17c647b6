package io.sluice.broker.delay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.broker.bench.ServiceBench;
import io.sluice.broker.table.TableText;
import io.sluice.broker.topic.SystemTopics;
import io.sluice.model.TopicName;
import io.sluice.port.OffsetRange;
import io.sluice.wire.body.DataVersion;
import io.sluice.wire.body.DelayOffsetTable;
import io.sluice.wire.message.NewRecord;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DelayServiceTest {
    private static final String TOPIC = "letters";

    @TempDir
    Path directory;

    private ServiceBench bench;
    private DelayService delays;
    private final List<String> saved = new ArrayList<>();

    @BeforeEach
    void open() {
        bench = new ServiceBench(directory);
        bench.topic(TOPIC, 2);
        delays = open(Optional.empty());
    }

    private DelayService open(Optional<DelayOffsetTable> stored) {
        return DelayService.open(
                DelayLevels.parse(ServiceBench.LEVELS),
                bench.store,
                bench.topics,
                bench::now,
                bench::later,
                stored,
                saved::add);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private void delayed(int level, String realTopic, String text) {
        String properties =
                "DELAY\u0001%d\u0002REAL_TOPIC\u0001%s\u0002REAL_QID\u00011\u0002".formatted(level, realTopic);
        bench.store.append(new NewRecord(
                SystemTopics.SCHEDULE,
                level - 1,
                0,
                0,
                1,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                2,
                0,
                ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)),
                ByteBuffer.wrap(properties.getBytes(StandardCharsets.UTF_8)),
                false));
    }

    private void drain() {
        while (delays.work() > 0) {
            assertThat(bench.texts(TOPIC, 1)).hasSizeLessThan(1000);
        }
    }

    @Test
    void aMessageIsDeliveredWhenItIsDueAndNotAMomentBefore() {
        delayed(1, TOPIC, "a");
        drain();
        bench.pass(Duration.ofMillis(999));
        drain();
        assertThat(bench.texts(TOPIC, 1)).isEmpty();
        bench.pass(Duration.ofMillis(1));
        drain();
        assertThat(bench.texts(TOPIC, 1)).containsExactly("a");
        drain();
        assertThat(bench.texts(TOPIC, 1)).containsExactly("a");
    }

    @Test
    void levelsDoNotWaitForEachOther() {
        delayed(3, TOPIC, "slow");
        delayed(1, TOPIC, "fast");
        bench.pass(Duration.ofSeconds(1));
        drain();
        assertThat(bench.texts(TOPIC, 1)).containsExactly("fast");
        bench.pass(Duration.ofSeconds(9));
        drain();
        assertThat(bench.texts(TOPIC, 1)).containsExactly("fast", "slow");
    }

    @Test
    void theDutySleepsExactlyUntilTheNextMessageIsDueAndLongWhenThereIsNone() {
        drain();
        assertThat(delays.idleNanos()).isEqualTo(Duration.ofSeconds(1).toNanos());
        delayed(1, TOPIC, "a");
        drain();
        bench.pass(Duration.ofMillis(700));
        drain();
        assertThat(delays.idleNanos()).isEqualTo(Duration.ofMillis(300).toNanos());
    }

    @Test
    void manyMessagesOfOneLevelComeInTheirOrder() {
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            delayed(2, TOPIC, "m" + i);
            sent.add("m" + i);
        }
        bench.pass(Duration.ofSeconds(5));
        drain();
        assertThat(bench.texts(TOPIC, 1)).isEqualTo(sent);
    }

    @Test
    void aMessageWhoseTopicIsGoneIsDroppedAndTheNextIsDelivered() {
        delayed(1, "nowhere", "lost");
        delayed(1, TOPIC, "kept");
        bench.pass(Duration.ofSeconds(1));
        drain();
        assertThat(bench.texts(TOPIC, 1)).containsExactly("kept");
        assertThat(delays.progress().get(1)).isEqualTo(new OffsetRange(2, 2));
        bench.topics.remove(new TopicName(TOPIC));
    }

    @Test
    void progressIsSavedOnlyOnceWhatWasDeliveredIsOnTheDisk() {
        delayed(1, TOPIC, "a");
        bench.pass(Duration.ofSeconds(1));
        drain();
        delays.saveProgress();
        delays.saveProgress();
        bench.runSteps();
        assertThat(saved).as("the log was not flushed yet").isEmpty();

        bench.store.start();
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            delays.saveProgress();
            bench.runSteps();
            return !saved.isEmpty();
        });
        assertThat(TableText.read(DelayOffsetTable.class, saved.get(0)).offsetTable())
                .isEqualTo(Map.of(1, 1L));
    }

    @Test
    void aServiceThatComesBackGoesOnWhereItWas() {
        delayed(1, TOPIC, "a");
        delayed(1, TOPIC, "b");
        bench.pass(Duration.ofSeconds(1));
        drain();
        delays.close();
        DelayOffsetTable stored = TableText.read(DelayOffsetTable.class, saved.get(saved.size() - 1));
        delayed(1, TOPIC, "c");
        bench.pass(Duration.ofSeconds(1));

        delays = open(Optional.of(stored));
        drain();

        assertThat(bench.texts(TOPIC, 1)).containsExactly("a", "b", "c");
    }

    @Test
    void progressBeyondWhatTheStoreHasIsTakenBack() {
        delays = open(Optional.of(new DelayOffsetTable(Map.of(1, 500L), new DataVersion(0, 1, 1))));
        delayed(1, TOPIC, "a");
        drain();
        assertThat(delays.progress().get(1).min()).isLessThanOrEqualTo(1);
        delayed(1, TOPIC, "b");
        bench.pass(Duration.ofSeconds(1));
        drain();
        assertThat(bench.texts(TOPIC, 1)).contains("b");
    }

    @Test
    void aMessageDueFurtherAwayThanItsLevelIsDeliveredAtOnceBecauseTheClockWasSetBack() {
        delayed(1, TOPIC, "a");
        bench.pass(Duration.ofHours(-5));
        drain();
        assertThat(bench.texts(TOPIC, 1)).containsExactly("a");
    }

    @Test
    void theClockMayAlsoBeSetBackWhenTheHeadOfTheLevelWasLookedAtBefore() {
        delayed(1, TOPIC, "a");
        drain();
        assertThat(bench.texts(TOPIC, 1)).isEmpty();
        bench.pass(Duration.ofHours(-5));
        drain();
        assertThat(bench.texts(TOPIC, 1)).containsExactly("a");
    }
}
