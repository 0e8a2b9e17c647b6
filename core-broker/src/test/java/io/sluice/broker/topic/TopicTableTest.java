package io.sluice.broker.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.broker.table.TableText;
import io.sluice.model.SluiceException;
import io.sluice.model.TopicName;
import io.sluice.wire.body.DataVersion;
import io.sluice.wire.body.TopicConfig;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class TopicTableTest {
    private final Deque<Runnable> steps = new ArrayDeque<>();
    private final List<String> written = new ArrayList<>();
    private boolean diskRefuses;

    @Test
    void theBrokersOwnTopicsExistFromTheStart() {
        TopicTable table = open(true, Optional.empty());
        assertThat(table.find("TBW102"))
                .hasValueSatisfying(topic -> assertThat(topic).isEqualTo(Topic.of("TBW102", 8, 7)));
        assertThat(table.find("SCHEDULE_TOPIC_XXXX").orElseThrow().writeQueues())
                .isEqualTo(18);
        assertThat(table.find("test-cluster").orElseThrow().perm()).isEqualTo(7);
        assertThat(table.find("broker-a")).isPresent();
        assertThat(table.find("test-cluster_REPLY_TOPIC")).isPresent();
        assertThat(table.all()).noneMatch(table::isOfApplications);
    }

    @Test
    void aBrokerThatIsNamedAfterItsMachineRoomHasNoTopicOfItsNameEvenIfItsFileHasOne() {
        String name = "east@broker-a";
        TopicsFile file = new TopicsFile(
                Map.of(name, new TopicConfig(name, 1, 1, 7), "orders", new TopicConfig("orders", 4, 4, 6)),
                DataVersion.initial(1));
        TopicTable table = open(name, true, Optional.of(file));
        assertThat(table.find("orders")).isPresent();
        assertThat(table.find(name)).isEmpty();
    }

    @Test
    void aSendToAnUnknownTopicCopiesTheTemplateWithoutItsRightToBeCopied() {
        TopicTable table = open(true, Optional.empty());
        assertThat(table.forSending("orders", "TBW102", 4))
                .isEqualTo(new TopicTable.Wanted.Found(Topic.of("orders", 4, 6)));
        assertThat(table.forSending("wide", "TBW102", 100))
                .isEqualTo(new TopicTable.Wanted.Found(Topic.of("wide", 8, 6)));
        assertThat(table.find("orders")).isPresent();
    }

    @Test
    void withoutAutoCreationASendToAnUnknownTopicFindsNothing() {
        TopicTable table = open(false, Optional.empty());
        assertThat(table.find("TBW102")).isEmpty();
        assertThat(table.forSending("orders", "TBW102", 4))
                .isInstanceOfSatisfying(TopicTable.Wanted.Missing.class, missing -> assertThat(missing.sentence())
                        .contains("orders")
                        .contains("autoCreateTopicEnable"));
        assertThat(table.find("orders")).isEmpty();
    }

    @Test
    void aTemplateThatMayNotBeCopiedCreatesNothing() {
        TopicTable table = open(true, Optional.empty());
        table.put(Topic.of("plain", 4, Permission.READ_WRITE));
        assertThat(table.forSending("orders", "plain", 4)).isInstanceOf(TopicTable.Wanted.Missing.class);
        assertThat(table.forSending("orders", "unheard-of", 4)).isInstanceOf(TopicTable.Wanted.Missing.class);
    }

    @Test
    void retryTopicsAreMadeEvenWithoutAutoCreation() {
        TopicTable table = open(false, Optional.empty());
        assertThat(table.forSending("%RETRY%readers", "TBW102", 4))
                .isEqualTo(new TopicTable.Wanted.Found(Topic.of("%RETRY%readers", 1, 6)));
    }

    @Test
    void anIllegalNameIsToldAsSuch() {
        TopicTable table = open(true, Optional.empty());
        assertThat(table.forSending("with blank", "TBW102", 4)).isInstanceOf(TopicTable.Wanted.IllegalName.class);
    }

    @Test
    void everyChangeRaisesTheVersionAndIsTold() {
        TopicTable table = open(true, Optional.empty());
        List<TopicName> told = new ArrayList<>();
        table.onChange(told::add);
        long before = table.version().counter();
        table.put(Topic.of("orders", 4, 6));
        table.put(Topic.of("orders", 8, 6));
        table.remove(new TopicName("orders"));
        table.remove(new TopicName("orders"));
        assertThat(table.version().counter()).isEqualTo(before + 3);
        assertThat(told).hasSize(3).containsOnly(new TopicName("orders"));
    }

    @Test
    void aTopicIsVisibleAtOnceAndUnsavedUntilTheFileHoldsIt() {
        TopicTable table = open(true, Optional.empty());
        table.forSending("orders", "TBW102", 4);
        CompletionStage<Void> saved = table.unsaved("orders").orElseThrow();
        assertThat(saved).isNotCompleted();
        drain();
        assertThat(saved).isCompleted();
        assertThat(table.unsaved("orders")).isEmpty();
        assertThat(written.get(0)).contains("\"orders\"");
    }

    @Test
    void manyChangesAtOnceCostOneWrite() {
        TopicTable table = open(true, Optional.empty());
        for (int i = 0; i < 10; i++) {
            table.put(Topic.of("t" + i, 1, 6));
        }
        drain();
        assertThat(written).hasSize(1);
    }

    @Test
    void aWriteThatFailsIsTriedAgain() {
        TopicTable table = open(true, Optional.empty());
        diskRefuses = true;
        CompletionStage<Void> saved = table.put(Topic.of("orders", 1, 6));
        steps.poll().run();
        assertThat(saved.toCompletableFuture()).isCompletedExceptionally();
        diskRefuses = false;
        drain();
        assertThat(written).hasSize(1);
        assertThat(written.get(0)).contains("\"orders\"");
    }

    @Test
    void whatWasWrittenIsReadBackWithItsVersion() {
        TopicTable table = open(true, Optional.empty());
        table.put(new Topic(new TopicName("orders"), 3, 5, 4, 1, "MULTI_TAG", true, Map.of("message.type", "NORMAL")));
        drain();

        TopicTable again = open(true, Optional.of(TableText.read(TopicsFile.class, written.get(0))));

        assertThat(again.find("orders")).isEqualTo(table.find("orders"));
        assertThat(again.version()).isEqualTo(table.version());
        assertThat(again.all()).isEqualTo(table.all());
    }

    @Test
    void aFileOfAnOlderBrokerIsUnderstood() {
        TopicsFile text = TableText.read(
                TopicsFile.class,
                "{\n\t\"dataVersion\":{\"counter\":2,\"timestamp\":1700000000000},\n\t\"topicConfigTable\":{\n"
                        + "\t\t\"T1\":{\"order\":false,\"perm\":6,\"readQueueNums\":4,\"topicFilterType\":\"SINGLE_TAG\","
                        + "\"topicName\":\"T1\",\"topicSysFlag\":0,\"writeQueueNums\":4}}\n}");
        assertThat(Topic.of(text.topicConfigTable().get("T1"))).isEqualTo(Topic.of("T1", 4, 6));
        assertThat(text.dataVersion().counter()).isEqualTo(2);
    }

    @Test
    void aFileThatIsNoTableIsRefused() {
        assertThatThrownBy(() -> TableText.read(TopicsFile.class, "[]")).isInstanceOf(SluiceException.class);
        TopicsFile illegal =
                TableText.read(TopicsFile.class, "{\"topicConfigTable\":{\"T 1\":{\"topicName\":\"T 1\"}}}");
        assertThatThrownBy(() -> open(true, Optional.of(illegal))).isInstanceOf(SluiceException.class);
    }

    @Test
    void oneTopicTooManyIsRefusedWithTheLimitAndThoseThatAreThereGoOn() {
        TopicTable table = open(true, Optional.empty());
        int room = 100 - table.all().size();
        for (int i = 0; i < room; i++) {
            assertThat(table.forSending("T" + i, SystemTopics.AUTO_CREATE_TEMPLATE, 4))
                    .isInstanceOf(TopicTable.Wanted.Found.class);
        }
        TopicTable.Wanted more = table.forSending("more", SystemTopics.AUTO_CREATE_TEMPLATE, 4);
        assertThat(more).isInstanceOf(TopicTable.Wanted.Missing.class);
        assertThat(((TopicTable.Wanted.Missing) more).sentence()).contains("topic[more]", "maxTopics is 100");
        table.ensureGroupTopic(new TopicName("%RETRY%more"), 1);
        assertThat(table.find(new TopicName("%RETRY%more"))).isPresent();
        assertThat(table.forSending("T0", SystemTopics.AUTO_CREATE_TEMPLATE, 4))
                .isInstanceOf(TopicTable.Wanted.Found.class);
    }

    private TopicTable open(boolean autoCreate, Optional<TopicsFile> stored) {
        return open("broker-a", autoCreate, stored);
    }

    private TopicTable open(String brokerName, boolean autoCreate, Optional<TopicsFile> stored) {
        return TopicTable.open(
                new TopicRules("test-cluster", brokerName, autoCreate, 8, 100, 18, false),
                () -> Instant.ofEpochMilli(1_700_000_000_000L),
                (delay, step) -> steps.add(step),
                stored,
                text -> {
                    if (diskRefuses) {
                        throw new SluiceException("no room on purpose");
                    }
                    written.add(text);
                });
    }

    private void drain() {
        while (!steps.isEmpty()) {
            steps.poll().run();
        }
    }
}
