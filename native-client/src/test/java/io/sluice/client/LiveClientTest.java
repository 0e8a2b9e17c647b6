package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.client.consume.ReceivedMessage;
import io.sluice.client.consume.StartAt;
import io.sluice.client.consume.Verdict;
import io.sluice.client.live.LiveCluster;
import io.sluice.client.send.SendFailedException;
import io.sluice.client.send.Sent;
import io.sluice.model.FilterExpression;
import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.BrokerPort;
import io.sluice.port.BrokerPortFactory;
import io.sluice.port.LeaseReader.Result;
import io.sluice.port.RefusedException;
import io.sluice.port.TopicCatalog.TopicSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Producers and consumers with real brokers and a real name server. */
class LiveClientTest {
    @TempDir
    Path directory;

    private LiveCluster cluster;
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
        if (cluster != null) {
            cluster.close();
        }
    }

    private void start(String... brokers) {
        cluster = LiveCluster.start(directory, brokers);
    }

    private SluiceClient client() {
        SluiceClient client = SluiceClient.builder(cluster.nameServerAddress())
                .routeRefresh(Duration.ofSeconds(1))
                .connect();
        open.add(client);
        return client;
    }

    private void topic(String name, int queues) {
        try (BrokerPort port = BrokerPortFactory.open(URI.create("sluice://" + cluster.nameServerAddress()))) {
            result(port.topics().put(new TopicName(name), TopicSettings.ofQueues(queues)));
        }
    }

    private static <T> T result(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static PushConsumer.Builder consumer(SluiceClient client, String group, String topic) {
        return client.pushConsumer(group)
                .subscribe(topic)
                .startAt(StartAt.FIRST)
                .commitEvery(Duration.ofMillis(200));
    }

    private static Set<MessageQueue> queuesOf(PushConsumer consumer, String topic) {
        Set<MessageQueue> queues = new HashSet<>(consumer.assignment());
        queues.removeIf(queue -> !queue.topic().value().equals(topic));
        return queues;
    }

    private static List<String> numbered(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "m" + i).toList();
    }

    private static void send(Producer producer, String topic, int from, int to) {
        numbered(from, to).forEach(text -> producer.send(Message.of(topic, text)));
    }

    @Test
    void whatIsSentIsConsumedWithEverythingItCarries() {
        start("broker-a");
        SluiceClient client = client();
        List<ReceivedMessage> seen = new CopyOnWriteArrayList<>();
        Producer producer = client.producer("out").start();
        Message large = Message.of(new TopicName("Letters"), new byte[10_000])
                .withTag("red")
                .withKeys("k1", "k2")
                .withProperty("colour", "blue");

        Sent sent = producer.send(large);
        consumer(client, "in", "Letters")
                .listener(message -> {
                    seen.add(message);
                    return Verdict.DONE;
                })
                .start();

        await().until(() -> seen.size() == 1);
        ReceivedMessage received = seen.get(0);
        assertThat(received.body()).isEqualTo(new byte[10_000]);
        assertThat(received.storedBytes()).as("it travelled compressed").isLessThan(1000);
        assertThat(received.properties().tag()).contains("red");
        assertThat(received.properties().keys()).containsExactly("k1", "k2");
        assertThat(received.properties().get("colour")).isEqualTo("blue");
        assertThat(received.uniqueKey()).isEqualTo(sent.uniqueKey());
        assertThat(received.messageId()).isEqualTo(sent.messageId());
        assertThat(received.queueOffset()).isEqualTo(sent.queueOffset());
        assertThat(received.attempt()).isEqualTo(1);
    }

    @Test
    void everyWayOfSendingStores() {
        start("broker-a");
        topic("Ways", 2);
        SluiceClient client = client();
        Producer producer = client.producer("out").start();
        List<MessageQueue> queues = producer.queuesOf("Ways");

        producer.send(Message.of("Ways", "waiting"));
        producer.send(Message.of("Ways", "to a queue"), queues.get(1));
        producer.send(Message.of("Ways", "by key"), "key");
        result(producer.sendAsync(Message.of("Ways", "asynchronous")));
        result(producer.sendOneWay(Message.of("Ways", "one-way")));
        List<Sent> batch = producer.sendBatch(List.of(
                Message.of("Ways", "batch 1").withTag("a"),
                Message.of("Ways", "batch 2").withTag("b")));

        assertThat(batch.get(1).queueOffset()).isEqualTo(batch.get(0).queueOffset() + 1);
        assertThat(batch.get(0).messageId()).isNotEqualTo(batch.get(1).messageId());
        PullConsumer reader =
                client.pullConsumer("reader").startAt(StartAt.FIRST).open();
        Set<String> seen = new HashSet<>();
        await().until(() -> {
            queues.forEach(
                    queue -> reader.fetch(queue, Duration.ofMillis(50)).forEach(message -> seen.add(message.text())));
            return seen.size() == 7;
        });
        assertThat(seen)
                .containsExactlyInAnyOrder(
                        "waiting", "to a queue", "by key", "asynchronous", "one-way", "batch 1", "batch 2");
    }

    @Test
    void aThreadOfTheClientIsNeverMadeToWaitForTheClient() {
        start("broker-a");
        topic("Loop", 1);
        Producer producer = client().producer("out").start();
        CompletionStage<Sent> inside =
                producer.sendAsync(Message.of("Loop", "1")).thenApply(sent -> producer.send(Message.of("Loop", "2")));
        assertThatThrownBy(() -> result(inside))
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("use the asynchronous form");
        assertThat(result(producer.sendAsync(Message.of("Loop", "1"))
                                .thenCompose(sent -> producer.sendAsync(Message.of("Loop", "2"))))
                        .queueOffset())
                .isEqualTo(2);
    }

    @Test
    void membersOfAGroupShareTheQueuesAndTheOthersTakeOverWhenOneIsKilled() {
        start("broker-a");
        topic("Work", 4);
        Map<String, String> seenBy = new ConcurrentHashMap<>();
        SluiceClient first = client();
        SluiceClient second = client();
        PushConsumer left = consumer(first, "crew", "Work")
                .listener(message -> {
                    seenBy.put(message.text(), "left");
                    return Verdict.DONE;
                })
                .start();
        await().until(() -> queuesOf(left, "Work").size() == 4);
        PushConsumer right = consumer(second, "crew", "Work")
                .listener(message -> {
                    seenBy.put(message.text(), "right");
                    return Verdict.DONE;
                })
                .start();
        await().until(() ->
                queuesOf(left, "Work").size() == 2 && queuesOf(right, "Work").size() == 2);
        Producer producer = client().producer("out").start();
        send(producer, "Work", 0, 100);
        await().until(() -> seenBy.size() == 100);
        assertThat(seenBy.values()).contains("left", "right");

        // As when its process is killed: the connections end, and nobody says good-bye.
        first.core().link().close();
        open.remove(first);

        await().until(() -> queuesOf(right, "Work").size() == 4);
        send(producer, "Work", 100, 200);
        await().until(() -> seenBy.size() == 200);
        assertThat(numbered(100, 200)).allSatisfy(text -> assertThat(seenBy).containsEntry(text, "right"));
    }

    @Test
    void aMemberThatClosesLeavesNothingToBeDeliveredTwice() {
        start("broker-a");
        topic("Once", 4);
        List<String> seen = new CopyOnWriteArrayList<>();
        Producer producer = client().producer("out").start();
        send(producer, "Once", 0, 50);
        PushConsumer consumer = consumer(client(), "group", "Once")
                .commitEvery(Duration.ofMinutes(5))
                .listener(message -> {
                    seen.add(message.text());
                    return Verdict.DONE;
                })
                .start();
        await().until(() -> seen.size() == 50);
        consumer.close();
        send(producer, "Once", 50, 60);
        consumer(client(), "group", "Once")
                .listener(message -> {
                    seen.add(message.text());
                    return Verdict.DONE;
                })
                .start();
        await().until(() -> seen.size() == 60);
        assertThat(seen).containsExactlyInAnyOrderElementsOf(numbered(0, 60));
    }

    @Test
    void clientsGoOnAfterTheBrokerWasStartedAnew() {
        start("broker-a");
        topic("Steady", 2);
        List<String> seen = new CopyOnWriteArrayList<>();
        SluiceClient client = client();
        Producer producer =
                client.producer("out").sendTimeout(Duration.ofSeconds(20)).start();
        PushConsumer consumer = consumer(client(), "group", "Steady")
                .listener(message -> {
                    seen.add(message.text());
                    return Verdict.DONE;
                })
                .start();
        send(producer, "Steady", 0, 10);
        await().until(() -> seen.size() == 10);

        cluster.stopBroker("broker-a");
        CompletionStage<Sent> whileAway = producer.sendAsync(Message.of("Steady", "m10"));
        cluster.startBroker("broker-a");

        result(whileAway);
        send(producer, "Steady", 11, 20);
        await().until(() -> new HashSet<>(seen).containsAll(numbered(0, 20)));
        await().until(() -> queuesOf(consumer, "Steady").size() == 2);
    }

    @Test
    void aMessageThatFailsComesAgainAndAtLastGoesToTheDeadLetters() {
        start("broker-a");
        topic("Trouble", 1);
        List<Integer> attempts = new CopyOnWriteArrayList<>();
        Map<String, ReceivedMessage> done = new ConcurrentHashMap<>();
        SluiceClient client = client();
        Producer producer = client.producer("out").start();
        consumer(client, "nurse", "Trouble")
                .retriesMax(2)
                .listener(message -> {
                    if (message.text().equals("hopeless")) {
                        attempts.add(message.attempt());
                        return Verdict.RETRY;
                    }
                    if (message.attempt() < 2) {
                        throw new IllegalStateException("not yet");
                    }
                    done.put(message.text(), message);
                    return Verdict.DONE;
                })
                .start();
        producer.send(Message.of("Trouble", "hopeless").withProperty("colour", "grey"));
        producer.send(Message.of("Trouble", "curable"));

        await().until(() -> done.containsKey("curable"));
        assertThat(done.get("curable").topic()).isEqualTo(new TopicName("Trouble"));
        PullConsumer reader =
                client.pullConsumer("undertaker").startAt(StartAt.FIRST).open();
        List<ReceivedMessage> dead = new ArrayList<>();
        await().until(() -> {
            for (MessageQueue queue : reader.queuesOf("%DLQ%nurse")) {
                dead.addAll(reader.fetch(queue, Duration.ofMillis(100)));
            }
            return !dead.isEmpty();
        });
        assertThat(attempts).containsExactly(1, 2, 3);
        assertThat(dead).singleElement().satisfies(message -> {
            assertThat(message.text()).isEqualTo("hopeless");
            assertThat(message.properties().get("colour")).isEqualTo("grey");
        });
    }

    @Test
    void orderIsKeptWhenAQueueMovesToAnotherMember() {
        start("broker-a");
        topic("Steps", 2);
        Map<Integer, List<Integer>> seen = new ConcurrentHashMap<>();
        SluiceClient first = client();
        PushConsumer left = consumer(first, "line", "Steps")
                .ordered()
                .listener(message -> note(seen, message))
                .start();
        await().until(() -> queuesOf(left, "Steps").size() == 2);
        Producer producer = client().producer("out").start();
        List<MessageQueue> queues = producer.queuesOf("Steps");
        for (int i = 0; i < 50; i++) {
            producer.send(Message.of("Steps", Integer.toString(i)), queues.get(i % 2));
        }
        PushConsumer right = consumer(client(), "line", "Steps")
                .ordered()
                .listener(message -> note(seen, message))
                .start();
        for (int i = 50; i < 100; i++) {
            producer.send(Message.of("Steps", Integer.toString(i)), queues.get(i % 2));
        }
        await().until(() ->
                queuesOf(left, "Steps").size() == 1 && queuesOf(right, "Steps").size() == 1);
        for (int i = 100; i < 150; i++) {
            producer.send(Message.of("Steps", Integer.toString(i)), queues.get(i % 2));
        }
        await().until(() -> seen.values().stream().mapToInt(List::size).sum() >= 150);
        seen.forEach((queueId, numbers) -> {
            List<Integer> firstTimes = numbers.stream().distinct().toList();
            assertThat(firstTimes).hasSize(75).isSorted();
        });
    }

    private static Verdict note(Map<Integer, List<Integer>> seen, ReceivedMessage message) {
        seen.computeIfAbsent(message.queue().queueId(), fresh -> new CopyOnWriteArrayList<>())
                .add(Integer.parseInt(message.text()));
        return Verdict.DONE;
    }

    @Test
    void broadcastingGivesEveryMemberAllMessages() {
        start("broker-a");
        topic("News", 2);
        List<String> left = new CopyOnWriteArrayList<>();
        List<String> right = new CopyOnWriteArrayList<>();
        for (List<String> seen : List.of(left, right)) {
            consumer(client(), "everybody", "News")
                    .broadcasting()
                    .listener(message -> {
                        seen.add(message.text());
                        return Verdict.DONE;
                    })
                    .start();
        }
        send(client().producer("out").start(), "News", 0, 20);
        await().until(() -> left.size() == 20 && right.size() == 20);
    }

    @Test
    void filtersByTagAndBySqlLetOnlyWhatIsWantedThrough() {
        start("broker-a");
        topic("Filtered", 1);
        List<String> byTag = new CopyOnWriteArrayList<>();
        List<String> bySql = new CopyOnWriteArrayList<>();
        SluiceClient client = client();
        client.pushConsumer("tags")
                .subscribe("Filtered", FilterExpression.tags("red || green"))
                .startAt(StartAt.FIRST)
                .listener(message -> {
                    byTag.add(message.text());
                    return Verdict.DONE;
                })
                .start();
        client.pushConsumer("sql")
                .subscribe("Filtered", FilterExpression.sql("size > 5 AND colour = 'blue'"))
                .startAt(StartAt.FIRST)
                .listener(message -> {
                    bySql.add(message.text());
                    return Verdict.DONE;
                })
                .start();
        Producer producer = client.producer("out").start();
        producer.send(Message.of("Filtered", "1").withTag("red"));
        producer.send(Message.of("Filtered", "2").withTag("yellow"));
        producer.send(Message.of("Filtered", "3").withProperty("size", "9").withProperty("colour", "blue"));
        producer.send(Message.of("Filtered", "4").withProperty("size", "3").withProperty("colour", "blue"));
        producer.send(Message.of("Filtered", "5").withTag("green"));
        await().until(() -> byTag.size() == 2 && bySql.size() == 1);
        assertThat(byTag).containsExactlyInAnyOrder("1", "5");
        assertThat(bySql).containsExactly("3");
    }

    @Test
    void aPullConsumerSeeksFetchesAndCommits() {
        start("broker-a");
        topic("Diary", 1);
        SluiceClient client = client();
        send(client.producer("out").start(), "Diary", 0, 20);
        PullConsumer reader = client.pullConsumer("reader").fetchMessages(8).open();
        MessageQueue queue = reader.queuesOf("Diary").get(0);
        reader.seek(queue, 5);
        assertThat(texts(reader.fetch(queue, Duration.ZERO))).containsExactlyElementsOf(numbered(5, 13));
        assertThat(reader.committed(queue)).isEmpty();
        reader.commit(queue);
        assertThat(reader.committed(queue)).hasValue(13);
        assertThat(reader.range(queue).max()).isEqualTo(20);
        PullConsumer again = client.pullConsumer("reader").open();
        assertThat(texts(again.fetch(queue, Duration.ZERO))).containsExactlyElementsOf(numbered(13, 20));
        assertThat(again.fetch(queue, Duration.ofMillis(100))).isEmpty();
        again.seek(queue, java.time.Instant.EPOCH);
        assertThat(again.fetch(queue, Duration.ZERO).get(0).text()).isEqualTo("m0");
    }

    @Test
    void pollsReadTheAssignedQueuesEachInOrderAndLeaveOutThosePaused() {
        start("broker-a");
        topic("Assigned", 3);
        SluiceClient client = client();
        Producer producer = client.producer("out").start();
        PullConsumer reader = client.pullConsumer("reader")
                .startAt(StartAt.FIRST)
                .fetchMessages(8)
                .open();
        List<MessageQueue> queues = reader.queuesOf("Assigned");
        for (String text : numbered(0, 20)) {
            queues.forEach(queue -> producer.send(Message.of("Assigned", text), queue));
        }
        List<MessageQueue> some = queues.subList(0, 2);
        reader.assign(some);
        Map<MessageQueue, List<String>> seen = poll(reader, 40);
        assertThat(seen.keySet()).containsExactlyInAnyOrderElementsOf(some);
        assertThat(seen.values()).allSatisfy(texts -> assertThat(texts).isEqualTo(numbered(0, 20)));
        assertThat(reader.poll(Duration.ofMillis(20))).isEmpty();

        reader.assignment().forEach(reader::commit);
        assertThat(reader.committed(some.get(1))).hasValue(20);
        reader.pause(some.subList(0, 1));
        reader.seek(some.get(1), 15);
        assertThat(poll(reader, 5)).containsExactly(Map.entry(some.get(1), numbered(15, 20)));
        reader.seek(some.get(0), 18);
        assertThat(reader.poll(Duration.ofMillis(20))).isEmpty();
        reader.resume(some.subList(0, 1));
        assertThat(poll(reader, 2)).containsExactly(Map.entry(some.get(0), numbered(18, 20)));

        reader.assign(queues.subList(2, 3));
        assertThat(reader.assignment()).containsExactly(queues.get(2));
        producer.send(Message.of("Assigned", "while it waits"), queues.get(2));
        assertThat(poll(reader, 21).get(queues.get(2))).endsWith("while it waits");
        assertThatThrownBy(() -> reader.pause(some)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> {
                    reader.assign(List.of(new MessageQueue(new TopicName("Assigned"), "broker-a", 7)));
                    reader.poll(Duration.ofSeconds(10));
                })
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("there is no queue");
    }

    private static Map<MessageQueue, List<String>> poll(PullConsumer reader, int messages) {
        Map<MessageQueue, List<String>> seen = new HashMap<>();
        int count = 0;
        while (count < messages) {
            List<ReceivedMessage> found = reader.poll(Duration.ofSeconds(30));
            assertThat(found).as("after %d of %d messages", count, messages).isNotEmpty();
            found.forEach(message -> seen.computeIfAbsent(message.queue(), first -> new ArrayList<>())
                    .add(message.text()));
            count += found.size();
        }
        return seen;
    }

    private static List<String> texts(List<ReceivedMessage> messages) {
        return messages.stream().map(ReceivedMessage::text).toList();
    }

    @Test
    void leasedMessagesAreSettledOneByOne() {
        start("broker-a");
        topic("Jobs", 2);
        SluiceClient client = client();
        send(client.producer("out").start(), "Jobs", 0, 4);
        LeaseConsumer consumer = client.leaseConsumer("workers", "Jobs").open();
        List<LeasedMessage> jobs = new ArrayList<>();
        await().until(() -> {
            jobs.addAll(consumer.poll(4, Duration.ofMillis(200)));
            return jobs.size() == 4;
        });
        assertThat(result(jobs.get(0).ack())).isEqualTo(Result.DONE);
        assertThat(result(jobs.get(1).reject("torn"))).isEqualTo(Result.DONE);
        assertThat(result(jobs.get(2).extend(Duration.ofMinutes(2)))).isEqualTo(Result.DONE);
        assertThat(result(jobs.get(2).ack())).isEqualTo(Result.DONE);
        assertThat(result(jobs.get(3).release(Duration.ZERO))).isEqualTo(Result.DONE);
        LeasedMessage again = consumer.poll(4, Duration.ofSeconds(10)).get(0);
        assertThat(again.text()).isEqualTo(jobs.get(3).text());
        assertThat(again.attempt()).isEqualTo(2);
        assertThat(result(again.ack())).isEqualTo(Result.DONE);
        LeaseConsumer undertaker =
                client.leaseConsumer("undertaker", "%DLQ%workers").open();
        assertThat(undertaker.poll(1, Duration.ofSeconds(10)).get(0).text())
                .isEqualTo(jobs.get(1).text());
    }

    @Test
    void messagesLeasedTogetherAreAcknowledgedTogetherAndWhatWasLeasedAheadGoesBackAtTheEnd() {
        start("broker-a");
        topic("Jobs", 1);
        SluiceClient client = client();
        send(client.producer("out").start(), "Jobs", 0, 30);
        LeaseConsumer consumer =
                client.leaseConsumer("workers", "Jobs").readAhead().open();
        List<LeasedMessage> first = consumer.poll(10, Duration.ofSeconds(10));
        assertThat(result(consumer.ack(first))).hasSize(10).containsOnly(Result.DONE);
        List<LeasedMessage> part = consumer.poll(4, Duration.ofSeconds(10));
        List<LeasedMessage> rest = consumer.poll(6, Duration.ofSeconds(10));
        assertThat(Stream.of(first, part, rest).flatMap(List::stream).map(LeasedMessage::text))
                .containsExactlyElementsOf(numbered(0, 20));
        assertThat(result(rest.get(2).release(Duration.ofMinutes(5)))).isEqualTo(Result.DONE);
        assertThat(result(consumer.ack(rest)))
                .containsExactly(Result.DONE, Result.DONE, Result.LEASE_OVER, Result.DONE, Result.DONE, Result.DONE);
        part.forEach(message -> assertThat(result(message.ack())).isEqualTo(Result.DONE));
        consumer.close();
        LeaseConsumer next = client.leaseConsumer("workers", "Jobs").open();
        List<String> left = new ArrayList<>();
        await().until(() -> {
            next.poll(20, Duration.ofMillis(200)).forEach(message -> {
                assertThat(message.attempt()).as("it was never handed out").isEqualTo(1);
                left.add(message.text());
            });
            return left.size() == 10;
        });
        assertThat(left).containsExactlyInAnyOrderElementsOf(numbered(20, 30));
    }

    @Test
    void aTopicOnTwoBrokersIsSentToReadAndLeasedAsOne() {
        start("broker-a", "broker-b");
        topic("Wide", 2);
        SluiceClient client = client();
        Producer producer = client.producer("out").start();
        Set<String> brokers = new HashSet<>();
        for (String text : numbered(0, 20)) {
            brokers.add(producer.send(Message.of("Wide", text)).queue().brokerName());
        }
        assertThat(brokers).containsExactlyInAnyOrder("broker-a", "broker-b");
        Set<String> seen = ConcurrentHashMap.newKeySet();
        PushConsumer consumer = consumer(client, "group", "Wide")
                .listener(message -> {
                    seen.add(message.text());
                    return Verdict.DONE;
                })
                .start();
        await().until(() -> seen.size() == 20);
        assertThat(queuesOf(consumer, "Wide")).hasSize(4);
        LeaseConsumer leases = client.leaseConsumer("workers", "Wide").open();
        Set<String> leased = new HashSet<>();
        await().until(() -> {
            for (LeasedMessage message : leases.poll(5, Duration.ofSeconds(1))) {
                leased.add(message.text());
                result(message.ack());
            }
            return leased.size() == 20;
        });

        cluster.stopBroker("broker-b");

        for (String text : numbered(20, 40)) {
            assertThat(producer.send(Message.of("Wide", text)).queue().brokerName())
                    .isEqualTo("broker-a");
        }
        await().until(() -> seen.size() == 40);
    }

    @Test
    void aSendToATopicThatMayNotBeWrittenSaysWhy() {
        start("broker-a");
        try (BrokerPort port = BrokerPortFactory.open(URI.create("sluice://" + cluster.nameServerAddress()))) {
            result(port.topics().put(new TopicName("Sealed"), new TopicSettings(1, 1, true, false)));
        }
        Producer producer = client().producer("out").start();
        assertThatThrownBy(() -> producer.send(Message.of("Sealed", "x")))
                .isInstanceOf(SendFailedException.class)
                .hasMessageContaining("Sealed")
                .hasMessageContaining("read only");
    }
}
