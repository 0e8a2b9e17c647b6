package io.sluice.broker.transaction;

import io.sluice.broker.topic.SystemTopics;
import io.sluice.broker.transaction.HalfEnd.Decision;
import io.sluice.broker.transaction.HalfEnd.Result;
import io.sluice.model.GroupName;
import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import io.sluice.store.LossyDisk;
import io.sluice.store.MessageStore;
import io.sluice.store.QueueRead;
import io.sluice.store.StoreConfig;
import io.sluice.store.Stores;
import io.sluice.store.log.AppendResult;
import io.sluice.store.log.FlushMode;
import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import io.sluice.wire.message.PropertiesCodec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.lifecycle.AfterTry;
import org.junit.jupiter.api.AfterEach;

/** A store on a disk in memory, transactions that are stepped by hand, producers that write down what they are asked. */
abstract class TransactionGround {
    static final String TOPIC = "orders";
    static final GroupName GROUP = new GroupName("sellers");
    static final TransactionRules RULES = new TransactionRules(Duration.ofSeconds(6), Duration.ofSeconds(30), 3);

    LossyDisk disk = new LossyDisk(1);
    long nowMs = 1_700_000_000_000L;
    final Map<String, Long> progress = new HashMap<>();
    final List<HalfQuestion> questions = new ArrayList<>();
    boolean producerIsThere = true;
    FlushMode flushMode = FlushMode.ASYNC_FLUSH;
    MessageStore store;
    Transactions transactions;

    void open() {
        open(true);
    }

    private void open(boolean started) {
        StoreConfig config = StoreConfig.in(Path.of("/store"))
                .withFlushMode(flushMode)
                .withLogSegmentBytes(64 * 1024)
                .withQueueSegmentBytes(2_000)
                .withIndexSlots(50)
                .withIndexEntries(200)
                .withDiskFreeMinBytes(0);
        store = MessageStore.open(config, disk, () -> Instant.ofEpochMilli(nowMs));
        transactions = Transactions.open(
                RULES,
                () -> Duration.ofHours(1),
                store,
                TOPIC::equals,
                new Progress(),
                () -> Instant.ofEpochMilli(nowMs));
        if (started) {
            store.start();
        }
        transactions.connect((group, question) -> {
            if (producerIsThere) {
                questions.add(question);
            }
            return producerIsThere;
        });
        run();
    }

    private final class Progress implements Transactions.Progress {
        @Override
        public long load(String topic) {
            return progress.getOrDefault(topic, 0L);
        }

        @Override
        public void store(String topic, long next) {
            progress.put(topic, next);
        }
    }

    void run() {
        int idle = 0;
        while (idle < 2) {
            idle = transactions.work() > 0 ? 0 : idle + 1;
        }
    }

    @AfterEach
    @AfterTry
    void close() {
        if (store != null) {
            transactions.close();
            store.close();
            store = null;
        }
    }

    void crash(boolean power) {
        LossyDisk after;
        synchronized (disk) {
            after = power ? disk.afterPowerCut() : disk.afterKill();
        }
        Map<String, Long> saved = Map.copyOf(progress);
        close();
        progress.clear();
        progress.putAll(saved);
        disk = after;
        open();
    }

    /** Stops, loses the queue of the topic and opens again; what is lost is made again when the test asks for it. */
    void reopenWithout(String topic) {
        close();
        disk.remove(Path.of("/store/consumequeue/%s/0/%020d".formatted(topic, 0)));
        open(false);
    }

    record Sent(String text, long halfOffset, long logOffset) {}

    Sent prepare(String text) {
        AppendResult result = store.append(new NewRecord(
                        SystemTopics.HALF,
                        0,
                        0,
                        0,
                        nowMs,
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                        0,
                        0,
                        ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)),
                        ByteBuffer.wrap(PropertiesCodec.encode(MessageProperties.NONE
                                .with(PropertyNames.TRANSACTION_PREPARED, "true")
                                .with(PropertyNames.PRODUCER_GROUP, GROUP.value())
                                .with(PropertyNames.UNIQUE_KEY, "key-" + text)
                                .with(PropertyNames.REAL_TOPIC, TOPIC)
                                .with(PropertyNames.REAL_QUEUE_ID, "0"))),
                        true))
                .toCompletableFuture()
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
        AppendResult.Stored stored = (AppendResult.Stored) result;
        return new Sent(text, stored.queueOffset(), stored.logOffset());
    }

    Result end(Sent sent, Decision decision) {
        return transactions.end(new HalfEnd(GROUP, sent.halfOffset, sent.logOffset, decision));
    }

    List<String> texts(String topic) {
        return Stores.readableBodies(store, topic, 0);
    }

    long placeOfTheFirst(String topic) {
        try (QueueRead read = store.read(topic, 0, 0, EntryFilter.ALL, 1, 1 << 20)) {
            return MessageView.of(read.slices().get(0)).logOffset();
        }
    }
}
