package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.client.admin.Admin;
import io.sluice.client.admin.GroupSettings;
import io.sluice.client.admin.QueueLag;
import io.sluice.client.consume.ReceivedMessage;
import io.sluice.client.consume.StartAt;
import io.sluice.client.consume.Verdict;
import io.sluice.client.intercept.SequenceAudit;
import io.sluice.client.intercept.SequenceAudit.Range;
import io.sluice.client.intercept.SequenceStamp;
import io.sluice.client.live.LiveCluster;
import io.sluice.client.send.Sent;
import io.sluice.client.trace.MessageTrace;
import io.sluice.client.trace.TraceContext;
import io.sluice.client.trace.TracePropagation;
import io.sluice.client.transaction.Decision;
import io.sluice.model.Message;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Interceptors, traces and administration, with two real brokers and a real name server. */
class WatchingTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    static Path directory;

    private static LiveCluster cluster;

    private SluiceClient client;

    @BeforeAll
    static void startCluster() {
        cluster = LiveCluster.start(directory, "broker-a", "broker-b");
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    @BeforeEach
    void connect() {
        client = SluiceClient.connect(cluster.nameServerAddress());
    }

    @AfterEach
    void close() {
        client.close();
    }

    private PushConsumer.Builder consumer(String group, String topic, List<ReceivedMessage> into) {
        return client.pushConsumer(group)
                .subscribe(topic)
                .startAt(StartAt.FIRST)
                .commitEvery(Duration.ofMillis(100))
                .listener(message -> {
                    into.add(message);
                    return Verdict.DONE;
                });
    }

    @Test
    void theAuditTellsWhatIsMissingAndWhatCameTwice() {
        SequenceStamp stamp = new SequenceStamp("p1");
        SequenceAudit audit = new SequenceAudit();
        Producer producer = client.producer("numbers").intercept(stamp).start();
        producer.send(Message.of("Numbered", "0"));
        producer.sendBatch(List.of(Message.of("Numbered", "1"), Message.of("Numbered", "2")));
        // A number that is given, and whose message never gets to the broker.
        stamp.around(Message.of("Numbered", "lost"), last -> new CompletableFuture<>());
        producer.send(Message.of("Numbered", "4"));
        client.producer("repeats")
                .start()
                .send(Message.of("Numbered", "again")
                        .withProperty(SequenceStamp.SOURCE, "p1")
                        .withProperty(SequenceStamp.NUMBER, "1"));

        consumer("counting", "Numbered", new CopyOnWriteArrayList<>())
                .intercept(audit)
                .start();

        await().atMost(PATIENCE)
                .until(() -> audit.report().stream().anyMatch(each -> each.handled() + each.duplicates() == 5));
        SequenceAudit.Report report = audit.report().get(0);
        assertThat(report.source()).isEqualTo("p1");
        assertThat(report.handled()).isEqualTo(4);
        assertThat(report.duplicates()).isEqualTo(1);
        assertThat(report.missing()).containsExactly(new Range(3, 3));
    }

    @Test
    void aTraceGoesOnThroughTheListenerAndWhatItSends() {
        TracePropagation propagation = new TracePropagation();
        Producer producer = client.producer("traced").intercept(propagation).start();
        List<Optional<TraceContext>> present = new CopyOnWriteArrayList<>();
        List<ReceivedMessage> second = new CopyOnWriteArrayList<>();
        client.pushConsumer("step-1")
                .subscribe("Step1")
                .startAt(StartAt.FIRST)
                .intercept(propagation)
                .listener(message -> {
                    present.add(propagation.current());
                    producer.send(Message.of("Step2", "next"));
                    return Verdict.DONE;
                })
                .start();
        consumer("step-2", "Step2", second).start();
        TraceContext begun = TraceContext.fresh();

        propagation.within(begun, () -> producer.send(Message.of("Step1", "first")));

        await().atMost(PATIENCE).until(() -> second.size() == 1);
        TraceContext last = TracePropagation.of(second.get(0).properties()).orElseThrow();
        assertThat(last.traceId()).isEqualTo(begun.traceId());
        assertThat(present.get(0).orElseThrow().traceId()).isEqualTo(begun.traceId());
        assertThat(last.spanId())
                .isNotIn(begun.spanId(), present.get(0).orElseThrow().spanId());
        assertThat(propagation.current()).isEmpty();
    }

    @Test
    void messageTraceTellsOfTheSendAndOfTheDelivery() {
        Producer traces = client.producer("traces").start();
        MessageTrace trace = MessageTrace.to(traces::sendAsync, "traced-out");
        Producer producer = client.producer("traced-out").intercept(trace).start();
        Sent sent = producer.send(Message.of("Traced", "m").withTag("t").withKeys("k1"));
        consumer("traced-in", "Traced", new CopyOnWriteArrayList<>())
                .intercept(trace)
                .start();

        Admin admin = client.admin();
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> admin.findByKey(MessageTrace.TOPIC.value(), sent.uniqueKey(), 10)
                                .size()
                        == 3);
        List<String> records = admin.findByKey(MessageTrace.TOPIC.value(), "k1", 10).stream()
                .map(ReceivedMessage::text)
                .sorted()
                .toList();
        assertThat(records.get(0).split("[\u0001\u0002]"))
                .hasSize(15)
                .startsWith("Pub")
                .contains("traced-out", "Traced", sent.uniqueKey(), "t", "k1", sent.messageId(), "true");
        assertThat(records.get(1).split("[\u0001\u0002]"))
                .hasSize(9)
                .startsWith("SubAfter")
                .contains(sent.uniqueKey(), "true", "k1", "0", "traced-in");
        assertThat(records.get(2).split("[\u0001\u0002]"))
                .hasSize(8)
                .startsWith("SubBefore")
                .contains("traced-in", sent.uniqueKey(), "0", "k1");
        assertThat(trace.lost()).isZero();
    }

    @Test
    void messageTraceTellsOfTheEndOfATransactionAndOfARecall() {
        Producer traces = client.producer("traces").start();
        MessageTrace trace = MessageTrace.to(traces::sendAsync, "ending");
        Producer producer = client.producer("ending")
                .intercept(trace)
                .transactionCheck(half -> Decision.COMMIT)
                .start();

        producer.sendInTransaction(Message.of("Ended", "m").withTag("t").withKeys("ended"), half -> Decision.ROLLBACK);
        Sent waiting = producer.send(Message.of("Ended", "m").withKeys("back").deliverAfter(Duration.ofMinutes(5)));
        producer.recall("Ended", waiting);

        assertThat(traceOf("ended", 2).get(0).split("[\u0001\u0002]"))
                .hasSize(13)
                .startsWith("EndTransaction")
                .contains("ending", "Ended", "t", "ended", "2", "ROLLBACK_MESSAGE")
                .endsWith("false");
        assertThat(traceOf(waiting.uniqueKey(), 2).get(1).split("[\u0001\u0002]"))
                .hasSize(7)
                .startsWith("Recall")
                .contains("ending", "Ended", waiting.uniqueKey())
                .endsWith("true");
    }

    private List<String> traceOf(String key, int records) {
        List<String> found = new ArrayList<>();
        await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
            found.clear();
            client.admin().findByKey(MessageTrace.TOPIC.value(), key, 10).stream()
                    .map(ReceivedMessage::text)
                    .sorted()
                    .forEach(found::add);
            assertThat(found).hasSize(records);
        });
        return found;
    }

    @Test
    void topicsAndGroupsAreMadeShownAndTakenAway() {
        Admin admin = client.admin();

        admin.putTopic("Made", 3);
        admin.putGroup(new GroupSettings(GroupSettings.ofDefaults("made-group").group(), true, 2, 5));

        assertThat(admin.topic("Made").orElseThrow().readable()).hasSize(6);
        assertThat(admin.topics()).anyMatch(topic -> topic.topic().value().equals("Made"));
        assertThat(admin.groups())
                .filteredOn(group -> group.group().value().equals("made-group"))
                .singleElement()
                .satisfies(group -> {
                    assertThat(group.retryQueues()).isEqualTo(2);
                    assertThat(group.retriesMax()).isEqualTo(5);
                });
        admin.deleteGroup("made-group");
        assertThat(admin.groups()).noneMatch(group -> group.group().value().equals("made-group"));
        assertThat(admin.deleteTopic("Made")).isTrue();
        assertThat(admin.deleteTopic("Made")).isFalse();
        assertThat(admin.topic("Made")).isEmpty();
        assertThatThrownBy(() -> admin.lag("anybody", "Made"))
                .isInstanceOfSatisfying(RefusedException.class, refused -> assertThat(refused.reason())
                        .isEqualTo(Refusal.NO_SUCH_TOPIC));
    }

    @Test
    void lagShrinksWithConsumptionAndGrowsAgainWithAReset() {
        Admin admin = client.admin();
        admin.putTopic("Lagging", 2);
        Producer producer = client.producer("lagging").start();
        Sent first = producer.send(Message.of("Lagging", "m0").withKeys("order-1"));
        for (int i = 1; i < 10; i++) {
            producer.send(Message.of("Lagging", "m" + i));
        }
        assertThat(admin.lag("slow", "Lagging").stream()
                        .mapToLong(QueueLag::behind)
                        .sum())
                .isEqualTo(10);
        List<ReceivedMessage> seen = new CopyOnWriteArrayList<>();
        PushConsumer consumer = consumer("slow", "Lagging", seen).start();
        await().atMost(PATIENCE)
                .until(() -> admin.lag("slow", "Lagging").stream()
                                .mapToLong(QueueLag::behind)
                                .sum()
                        == 0);
        assertThat(admin.membersOf("slow")).containsExactly(client.clientId());
        consumer.close();

        admin.resetOffsets("slow", "Lagging", Instant.EPOCH);
        await().atMost(PATIENCE)
                .until(() -> admin.lag("slow", "Lagging").stream()
                                .mapToLong(QueueLag::behind)
                                .sum()
                        == 10);
        admin.skipAll("slow", "Lagging");
        await().atMost(PATIENCE)
                .until(() -> admin.lag("slow", "Lagging").stream()
                                .mapToLong(QueueLag::behind)
                                .sum()
                        == 0);

        await().atMost(PATIENCE)
                .until(() -> admin.findByKey("Lagging", "order-1", 10).size() == 1);
        assertThat(admin.findByKey("Lagging", first.uniqueKey(), 10))
                .singleElement()
                .satisfies(found -> assertThat(found.queue()).isEqualTo(first.queue()));
        assertThat(admin.findById(first.messageId()).orElseThrow().text()).isEqualTo("m0");
    }
}
