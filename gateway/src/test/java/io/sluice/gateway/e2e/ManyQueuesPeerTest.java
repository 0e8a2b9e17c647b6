package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import io.sluice.gateway.node.ApacheClient;
import io.sluice.gateway.node.ApacheClient.Got;
import io.sluice.gateway.node.ApacheClient.Version;
import io.sluice.gateway.node.GenuineRocketmq;
import io.sluice.model.MessageProperties;
import io.sluice.store.MessageStore;
import io.sluice.store.StoreConfig;
import io.sluice.store.file.FileDisk;
import io.sluice.wire.message.NewRecord;
import io.sluice.wire.message.PropertiesCodec;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A genuine broker opens a store in which Sluice keeps 40,000 queues, and serves what is in it. It prints what
 * that took. A genuine broker keeps one file per queue open and mapped: where a process may have fewer, there are fewer queues.
 * Topics by the system property {@code sluice.topics}.
 */
@Tag("peer")
class ManyQueuesPeerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int QUEUES = 4;
    /** Files that a genuine broker needs besides those of queues. */
    private static final int OTHER_FILES = 1_000;

    private static final int TOPICS =
            Integer.getInteger("sluice.topics", (int) Math.min(10_000, filesAllowed() / QUEUES));
    private static final int MESSAGES_PER_QUEUE = 3;
    private static final int SAMPLES = 20;
    private static final int SEGMENT_BYTES = 64 << 20;

    @TempDir
    Path directory;

    private static long filesAllowed() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount() - OTHER_FILES
                : Long.MAX_VALUE;
    }

    private static String topic(int number) {
        return "Topic-%05d".formatted(number);
    }

    private static NewRecord record(int topic, int queueId, int message) {
        InetSocketAddress here = new InetSocketAddress(InetAddress.getLoopbackAddress(), 10911);
        String body = "%s/%d/%d".formatted(topic(topic), queueId, message);
        return new NewRecord(
                topic(topic),
                queueId,
                0,
                0,
                1_700_000_000_000L,
                here,
                0,
                0,
                ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)),
                ByteBuffer.wrap(
                        PropertiesCodec.encode(MessageProperties.of(Map.of("KEYS", "k-" + topic, "TAGS", "t")))),
                true);
    }

    private void fill(Path root) {
        StoreConfig config =
                StoreConfig.in(root).withLogSegmentBytes(SEGMENT_BYTES).withDiskFreeMinBytes(0);
        try (MessageStore store = MessageStore.open(config, new FileDisk(), InstantSource.system())) {
            store.start();
            for (int message = 0; message < MESSAGES_PER_QUEUE; message++) {
                for (int topic = 0; topic < TOPICS; topic++) {
                    for (int queueId = 0; queueId < QUEUES; queueId++) {
                        store.append(record(topic, queueId, message));
                    }
                }
            }
            String topics = IntStream.range(0, TOPICS)
                    .mapToObj(topic -> """
                            "%s":{"topicName":"%s","readQueueNums":%d,"writeQueueNums":%d,"perm":6,"order":false,\
                            "topicFilterType":"SINGLE_TAG","topicSysFlag":0}""".formatted(topic(topic), topic(topic), QUEUES, QUEUES))
                    .collect(Collectors.joining(",", "{\"topicConfigTable\":{", "},\"dataVersion\":{\"counter\":1}}"));
            store.table("topics.json").save(topics);
            String offsets = samples()
                    .mapToObj(topic -> "\"%s@C_sample\":{0:2,1:2,2:2,3:2}".formatted(topic(topic)))
                    .collect(Collectors.joining(",", "{\"offsetTable\":{", "}}"));
            store.table("consumerOffset.json").save(offsets);
        }
    }

    private static IntStream samples() {
        return IntStream.range(0, SAMPLES).map(sample -> sample * (TOPICS / SAMPLES) + sample % 7);
    }

    @Test
    void aGenuineBrokerServesAStoreWithVeryManyQueues() throws IOException {
        Path root = directory.resolve("store");
        fill(root);
        long began = System.nanoTime();
        try (GenuineRocketmq genuine =
                new GenuineRocketmq(directory.resolve("home"), root, "mappedFileSizeCommitLog=" + SEGMENT_BYTES)) {
            long openMs = (System.nanoTime() - began) / 1_000_000;
            check(genuine.nameServer());
            System.out.printf(
                    "genuine broker with %d queues: open %d ms (its name server included), resident %d MB%n",
                    TOPICS * QUEUES, openMs, genuine.residentBytes() >> 20);
        }
    }

    /** Messages, offsets and key queries of some topics. */
    private void check(String nameServer) {
        try (ApacheClient client = new ApacheClient(Version.V5, nameServer, directory)) {
            client.tell("producer", "P_check");
            await().atMost(PATIENCE).until(() -> client.ask("pullall", topic(0)), answer -> answer.startsWith("OK"));
            int before = client.received().size();
            samples().forEach(topic -> {
                assertThat(client.tell("pullall", topic(topic))).isEqualTo(String.valueOf(QUEUES * MESSAGES_PER_QUEUE));
                assertThat(client.tell("querykey", topic(topic), "k-" + topic))
                        .isEqualTo(String.valueOf(QUEUES * MESSAGES_PER_QUEUE));
                for (int queueId = 0; queueId < QUEUES; queueId++) {
                    assertThat(client.tell("committed", "C_sample", topic(topic), String.valueOf(queueId)))
                            .isEqualTo("2");
                }
            });
            // what the queries found is among them once more
            assertThat(client.received().stream().skip(before).map(Got::body).collect(Collectors.toSet()))
                    .hasSize(SAMPLES * QUEUES * MESSAGES_PER_QUEUE)
                    .allMatch(body -> body.matches("Topic-\\d{5}/\\d/\\d"));
        }
    }
}
