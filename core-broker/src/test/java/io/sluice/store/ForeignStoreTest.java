package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.MessageProperties;
import io.sluice.port.OffsetRange;
import io.sluice.port.Records;
import io.sluice.store.file.FileDisk;
import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.message.MessageView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Stores that genuine brokers wrote open in place, whole, without any size being configured. */
class ForeignStoreTest {
    @TempDir
    Path directory;

    private Path unpack(String archive) throws IOException {
        TarGz.unpack(archive + ".tar.gz", directory);
        return directory.resolve("store");
    }

    private static MessageStore open(Path store) {
        return MessageStore.open(
                StoreConfig.in(store)
                        .withDiskFreeMinBytes(0)
                        .withDiskFullRatio(1)
                        .withDiskForceRatio(1)
                        .withDiskMaxUsedRatio(1),
                new FileDisk(),
                InstantSource.system());
    }

    @ParameterizedTest
    @CsvSource({
        "store-4.9.4-clean, records-4.9.4.jsonl, 69",
        "store-4.9.4-crash, records-4.9.4.jsonl, 69",
        "store-5.3.3-clean, records-5.3.3.jsonl, 73",
        "store-5.3.3-crash, records-5.3.3.jsonl, 72",
        "store-5.3.3-light-queues, records-5.3.3-light-queues.jsonl, 82"
    })
    void everyRecordIsServedFromItsQueueFieldByField(String archive, String records, int count) throws IOException {
        List<ExpectedRecord> expected =
                ExpectedRecord.read(records).stream().limit(count).toList();
        try (MessageStore store = open(unpack(archive))) {
            for (ExpectedRecord record : expected) {
                assertServed(store, record);
            }
            Map<String, Long> perQueue = expected.stream()
                    .collect(Collectors.groupingBy(
                            record -> record.text("topic") + "/" + record.number("queueId"),
                            TreeMap::new,
                            Collectors.counting()));
            perQueue.forEach((queue, messages) -> {
                String topic = queue.substring(0, queue.lastIndexOf('/'));
                int queueId = Integer.parseInt(queue.substring(queue.lastIndexOf('/') + 1));
                assertThat(store.range(topic, queueId)).as(queue).isEqualTo(new OffsetRange(0, messages));
            });
        }
    }

    private static void assertServed(MessageStore store, ExpectedRecord record) {
        String topic = record.text("topic");
        int queueId = (int) record.number("queueId");
        long offset = record.number("queueOffset");
        try (QueueRead read = store.read(topic, queueId, offset, EntryFilter.ALL, 1, 1)) {
            assertThat(read.status()).as("%s", record).isEqualTo(QueueRead.Status.FOUND);
            assertThat(read.nextOffset()).isEqualTo(offset + 1);
            assertThat(read.queueOffsets()).containsExactly(offset);
            MessageView view = MessageView.of(read.slices().get(0));
            assertThat(view.logOffset()).isEqualTo(record.number("phyOffset"));
            assertThat(view.totalSize()).isEqualTo((int) record.number("size"));
            assertThat(view.topic()).isEqualTo(topic);
            assertThat(view.queueOffset()).isEqualTo(offset);
            assertThat(view.flag()).isEqualTo((int) record.number("flag"));
            assertThat(view.sysFlag()).isEqualTo((int) record.number("sysFlag"));
            assertThat(view.bornAtMs()).isEqualTo(record.number("bornTimestamp"));
            assertThat(view.storedAtMs()).isEqualTo(record.number("storeTimestamp"));
            assertThat(view.reconsumeTimes()).isEqualTo((int) record.number("reconsumeTimes"));
            assertThat(view.preparedTransactionOffset()).isEqualTo(record.number("preparedTransactionOffset"));
            assertThat(view.body()).isEqualTo(record.body());
            assertThat(view.properties()).isEqualTo(MessageProperties.of(record.properties()));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "store-4.9.4-clean, order-1",
        "store-4.9.4-crash, order-1",
        "store-5.3.3-clean, order-1",
        "store-5.3.3-crash, order-1"
    })
    void theKeyIndexIsCompleteAlsoAfterACrash(String archive, String ownKey) throws IOException {
        try (MessageStore store = open(unpack(archive))) {
            assertThat(bodies(store.byKey("KeyTopic", "customer-7", 0, Long.MAX_VALUE, 64)))
                    .containsExactly("key-2", "key-1", "key-0");
            assertThat(bodies(store.byKey("KeyTopic", ownKey, 0, Long.MAX_VALUE, 64)))
                    .containsExactly("key-1");
            assertThat(bodies(store.byKey("KeyTopic", "customer-7", 0, Long.MAX_VALUE, 2)))
                    .containsExactly("key-2", "key-1");
            assertThat(store.byKey("KeyTopic", "customer-8", 0, Long.MAX_VALUE, 64)
                            .slices())
                    .isEmpty();
            assertThat(store.byKey("TagTopic", "customer-7", 0, Long.MAX_VALUE, 64)
                            .slices())
                    .isEmpty();
        }
    }

    private static List<String> bodies(Records records) {
        try (records) {
            return records.slices().stream()
                    .map(slice -> new String(MessageView.of(slice).body(), StandardCharsets.UTF_8))
                    .toList();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "store-4.9.4-crash, records-4.9.4.jsonl",
        "store-5.3.3-clean, records-5.3.3.jsonl",
        "store-5.3.3-crash, records-5.3.3.jsonl"
    })
    void everyUniqueKeyLeadsToItsMessage(String archive, String records) throws IOException {
        List<ExpectedRecord> expected =
                ExpectedRecord.read(records).stream().limit(70).toList();
        try (MessageStore store = open(unpack(archive))) {
            for (ExpectedRecord record : expected) {
                String key = record.properties().get("UNIQ_KEY");
                if (key == null) {
                    continue;
                }
                try (Records found = store.byKey(record.text("topic"), key, 0, Long.MAX_VALUE, 64)) {
                    assertThat(found.slices().stream()
                                    .map(slice -> MessageView.of(slice).logOffset()))
                            .as("%s", record)
                            .contains(record.number("phyOffset"));
                }
            }
        }
    }

    @Test
    void offsetsAreFoundByTime() throws IOException {
        List<ExpectedRecord> tags = ExpectedRecord.read("records-5.3.3.jsonl").stream()
                .filter(record -> record.text("topic").equals("TagTopic"))
                .toList();
        try (MessageStore store = open(unpack("store-5.3.3-clean"))) {
            for (ExpectedRecord record : tags) {
                long time = record.number("storeTimestamp");
                long offset = record.number("queueOffset");
                assertThat(store.offsetAt("TagTopic", 0, time, Boundary.LOWER)).isLessThanOrEqualTo(offset);
                assertThat(store.offsetAt("TagTopic", 0, time, Boundary.UPPER)).isGreaterThanOrEqualTo(offset);
            }
            long first = tags.get(0).number("storeTimestamp");
            long last = tags.get(tags.size() - 1).number("storeTimestamp");
            assertThat(store.offsetAt("TagTopic", 0, first - 1, Boundary.LOWER)).isZero();
            assertThat(store.offsetAt("TagTopic", 0, first - 1, Boundary.UPPER)).isZero();
            assertThat(store.offsetAt("TagTopic", 0, last + 1, Boundary.LOWER)).isEqualTo(6);
            assertThat(store.offsetAt("TagTopic", 0, last + 1, Boundary.UPPER)).isEqualTo(5);
            assertThat(store.earliestStoredAtMs("TagTopic", 0)).isEqualTo(first);
        }
    }

    @Test
    void entriesOfTheDelayTopicCarryTheDueTime() throws IOException {
        try (MessageStore store = open(unpack("store-5.3.3-crash"))) {
            ExpectedRecord pending = ExpectedRecord.read("records-5.3.3.jsonl").stream()
                    .filter(record -> record.text("topic").equals("SCHEDULE_TOPIC_XXXX")
                            && record.number("queueId") == 17
                            && record.number("queueOffset") == 0)
                    .findFirst()
                    .orElseThrow();
            long[] due = {0};
            store.entries("SCHEDULE_TOPIC_XXXX", 17, 0, 1, (offset, logOffset, size, tagHash) -> {
                due[0] = tagHash;
                return true;
            });
            assertThat(due[0]).isEqualTo(pending.number("storeTimestamp") + 7_200_000);
        }
    }

    @Test
    void lightQueuesAreServed() throws IOException {
        try (MessageStore store = open(unpack("store-5.3.3-light-queues"))) {
            assertThat(Stores.bodies(store, "%LMQ%dev1", 0)).containsExactly("lmq-1", "lmq-2");
            assertThat(Stores.bodies(store, "%LMQ%dev2", 0)).containsExactly("lmq-1");
        }
    }

    @ParameterizedTest
    @CsvSource({"store-4.9.4-clean", "store-4.9.4-crash", "store-5.3.3-clean", "store-5.3.3-crash"})
    void aForeignStoreGoesOnWhereItEnded(String archive) throws IOException {
        Path store = unpack(archive);
        long end;
        try (MessageStore opened = open(store)) {
            end = opened.logRange().max();
            assertThat(Stores.append(opened, "TagTopic", 0, "one more").queueOffset())
                    .isEqualTo(6);
            assertThat(Stores.append(opened, "NewTopic", 3, "first").logOffset())
                    .isGreaterThan(end);
        }
        assertThat(store.resolve("abort")).doesNotExist();
        try (MessageStore again = open(store)) {
            assertThat(Stores.bodies(again, "TagTopic", 0))
                    .containsExactly("tag-0", "tag-1", "tag-2", "tag-3", "tag-4", "tag-5", "one more");
            assertThat(Stores.bodies(again, "NewTopic", 3)).containsExactly("first");
        }
        try (var files = Files.list(store.resolve("commitlog"))) {
            assertThat(files.toList()).allSatisfy(file -> assertThat(file).hasSize(1024 * 1024));
        }
        assertThat(store.resolve("consumequeue/NewTopic/3/00000000000000000000"))
                .hasSize(20_000);
    }

    @Test
    void whatWasThereBeforeStaysByteForByte() throws IOException {
        Path store = unpack("store-5.3.3-clean");
        byte[] log = Files.readAllBytes(store.resolve("commitlog/00000000000000000000"));
        byte[] queue = Files.readAllBytes(store.resolve("consumequeue/PlainTopic/3/00000000000000000000"));
        open(store).close();
        assertThat(Files.readAllBytes(store.resolve("commitlog/00000000000000000000")))
                .isEqualTo(log);
        assertThat(Files.readAllBytes(store.resolve("consumequeue/PlainTopic/3/00000000000000000000")))
                .isEqualTo(queue);
    }

    @Test
    void aRecordIsFoundByItsPlaceAndByNoOther() throws IOException {
        List<ExpectedRecord> expected = ExpectedRecord.read("records-5.3.3.jsonl");
        try (MessageStore store = open(unpack("store-5.3.3-clean"))) {
            for (ExpectedRecord record : expected) {
                try (Records found = store.recordAt(record.number("phyOffset"))) {
                    assertThat(found.slices()).hasSize(1);
                    ByteBuffer slice = found.slices().get(0);
                    assertThat(slice.isReadOnly()).isTrue();
                    assertThat(slice.remaining()).isEqualTo((int) record.number("size"));
                }
                assertThat(store.recordAt(record.number("phyOffset") + 1).slices())
                        .isEmpty();
            }
            assertThat(store.recordAt(-1).slices()).isEmpty();
            assertThat(store.recordAt(store.logRange().max()).slices()).isEmpty();
            assertThat(store.recordAt(Long.MAX_VALUE).slices()).isEmpty();
        }
    }
}
