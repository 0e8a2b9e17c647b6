package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.client.consume.ReceivedMessage;
import io.sluice.client.consume.StartAt;
import io.sluice.client.consume.Verdict;
import io.sluice.client.script.ScriptedCluster;
import io.sluice.client.script.ScriptedGroup;
import io.sluice.client.script.ScriptedServer.Asked;
import io.sluice.model.FilterExpression;
import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.HeartbeatData;
import io.sluice.wire.body.QueueRef;
import io.sluice.wire.body.ResetOffsetBody;
import io.sluice.wire.command.CommandTable;
import io.sluice.wire.command.OffsetCommands.ResetOffset;
import io.sluice.wire.command.PullCommands.PullMessage;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.SendCommands;
import io.sluice.wire.command.SendCommands.SendMessage;
import io.sluice.wire.command.SessionCommands.ConsumerIdsChanged;
import io.sluice.wire.frame.Frame;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Conversations of a push consumer with a broker. */
class PushConsumerTest {
    private ScriptedCluster cluster;
    private ScriptedGroup group;
    private SluiceClient client;
    private final List<ReceivedMessage> seen = new CopyOnWriteArrayList<>();

    @BeforeEach
    void open() {
        cluster = new ScriptedCluster("broker-a").topic("Orders", 4).topic("%RETRY%billing", 1);
        group = new ScriptedGroup(cluster.broker());
        client = SluiceClient.builder(cluster.nameServer().address())
                .requestTimeout(Duration.ofSeconds(2))
                .connect();
    }

    @AfterEach
    void close() {
        client.close();
        cluster.close();
    }

    private PushConsumer.Builder billing() {
        return client.pushConsumer("billing")
                .subscribe("Orders")
                .startAt(StartAt.FIRST)
                .commitEvery(Duration.ofMillis(50))
                .listener(message -> {
                    seen.add(message);
                    return Verdict.DONE;
                });
    }

    private List<String> texts() {
        return seen.stream().map(ReceivedMessage::text).toList();
    }

    private void fill(int from, int to) {
        IntStream.range(from, to).forEach(i -> group.put(Message.of("Orders", "m" + i), i % 4));
    }

    private static Set<Integer> queueIds(PushConsumer consumer) {
        return consumer.assignment().stream()
                .filter(queue -> queue.topic().value().equals("Orders"))
                .map(MessageQueue::queueId)
                .collect(Collectors.toSet());
    }

    private List<Asked> heard(int code) {
        return cluster.broker().heard(code);
    }

    @Test
    void aMemberSaysThatItIsThereAsksWhoElseIsAndWhereToBeginAndReads() {
        billing().start();
        await().until(() -> heard(RequestCode.PULL_MESSAGE).size() == 5);
        List<Integer> codes = cluster.broker().codes();
        assertThat(codes.indexOf(RequestCode.HEART_BEAT))
                .isLessThan(codes.indexOf(RequestCode.GET_CONSUMER_LIST_BY_GROUP));
        assertThat(codes.indexOf(RequestCode.GET_CONSUMER_LIST_BY_GROUP))
                .isLessThan(codes.indexOf(RequestCode.QUERY_CONSUMER_OFFSET));
        assertThat(codes.indexOf(RequestCode.QUERY_CONSUMER_OFFSET))
                .isLessThan(codes.indexOf(RequestCode.PULL_MESSAGE));
        HeartbeatData told = Body.fromJson(
                HeartbeatData.class, heard(RequestCode.HEART_BEAT).get(0).body());
        assertThat(told.consumerDataSet()).singleElement().satisfies(data -> {
            assertThat(data.groupName()).isEqualTo("billing");
            assertThat(data.messageModel()).isEqualTo("CLUSTERING");
            assertThat(data.consumeType()).isEqualTo("CONSUME_PASSIVELY");
            assertThat(data.subscriptionDataSet())
                    .extracting(subscription -> subscription.topic())
                    .containsExactlyInAnyOrder("Orders", "%RETRY%billing");
        });
        PullMessage pull = heard(RequestCode.PULL_MESSAGE).get(0).header(PullMessage.class);
        assertThat(pull.maxMsgNums()).isEqualTo(32);
        assertThat(pull.suspendTimeoutMillis()).isEqualTo(15_000);
        assertThat(pull.sysFlag()).as("hold, and filter as said here").isEqualTo(6);
    }

    @Test
    void everyMessageReachesTheListenerAndTheOffsetsAreStored() {
        fill(0, 100);
        billing().start();
        fill(100, 200);
        await().until(() -> seen.size() == 200);
        assertThat(texts()).doesNotHaveDuplicates();
        await().until(() ->
                IntStream.range(0, 4).allMatch(id -> Long.valueOf(50).equals(group.offset("Orders", id))));
    }

    @Test
    void aFastListenerIsGivenRunsAndEveryMessageOnce() {
        fill(0, 20_000);
        billing().pullMessages(1024).bufferMessages(10_000).spanMax(10_000).start();
        await().until(() -> seen.size() == 20_000);
        assertThat(texts()).doesNotHaveDuplicates();
        await().until(() ->
                IntStream.range(0, 4).allMatch(id -> Long.valueOf(5000).equals(group.offset("Orders", id))));
    }

    @Test
    void aBatchListenerGetsSeveralMessagesOfOneQueueInOneCall() {
        fill(0, 100);
        List<List<ReceivedMessage>> calls = new CopyOnWriteArrayList<>();
        billing()
                .batchListener(10, messages -> {
                    calls.add(messages);
                    seen.addAll(messages);
                    return Verdict.DONE;
                })
                .start();
        await().until(() -> seen.size() == 100);
        assertThat(calls).allSatisfy(call -> {
            assertThat(call).hasSizeLessThanOrEqualTo(10);
            assertThat(call)
                    .extracting(ReceivedMessage::queue)
                    .containsOnly(call.get(0).queue());
        });
        assertThat(calls).hasSizeLessThan(30);
        await().until(() ->
                IntStream.range(0, 4).allMatch(id -> Long.valueOf(25).equals(group.offset("Orders", id))));
    }

    @Test
    void theVerdictOfABatchListenerCountsForEachOfTheMessages() {
        cluster.broker().on(RequestCode.CONSUMER_SEND_MSG_BACK, asked -> Frame.answer(0, ""));
        IntStream.range(0, 7).forEach(i -> group.put(Message.of("Orders", "m" + i), 0));
        billing().batchListener(100, messages -> Verdict.RETRY).start();
        await().until(() -> Long.valueOf(7).equals(group.offset("Orders", 0)));
        assertThat(heard(RequestCode.CONSUMER_SEND_MSG_BACK)).hasSize(7);
    }

    @Test
    void anOrderedConsumerHasNoBatchListener() {
        assertThatThrownBy(() -> billing()
                        .ordered()
                        .batchListener(10, messages -> Verdict.DONE)
                        .start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ordered");
    }

    @Test
    void readingGoesOnAtTheStoredOffset() {
        fill(0, 8);
        IntStream.range(0, 4).forEach(id -> group.putOffset("Orders", id, 1));
        billing().start();
        await().until(() -> seen.size() == 4);
        assertThat(texts()).containsExactlyInAnyOrder("m4", "m5", "m6", "m7");
    }

    @Test
    void aGroupWithoutOffsetsThatStartsLastSeesOnlyWhatComesAfter() {
        fill(0, 8);
        billing().startAt(StartAt.LAST).start();
        await().until(() -> heard(RequestCode.PULL_MESSAGE).size() == 5);
        fill(8, 10);
        await().until(() -> seen.size() == 2);
        assertThat(texts()).containsExactlyInAnyOrder("m8", "m9");
    }

    @Test
    void tagsAreComparedAgainBecauseTheBrokerComparesOnlyTheirHashes() {
        // "Aa" and "BB" have the same hash.
        group.put(Message.of("Orders", "other").withTag("BB"), 0);
        group.put(Message.of("Orders", "none"), 0);
        group.put(Message.of("Orders", "wanted").withTag("Aa"), 0);
        client.pushConsumer("billing")
                .subscribe("Orders", FilterExpression.tags("Aa"))
                .startAt(StartAt.FIRST)
                .commitEvery(Duration.ofMillis(50))
                .listener(message -> {
                    seen.add(message);
                    return Verdict.DONE;
                })
                .start();
        await().until(() -> Long.valueOf(3).equals(group.offset("Orders", 0)));
        assertThat(texts()).containsExactly("wanted");
    }

    @Test
    void theOffsetStaysBehindAMessageThatIsNotDone() {
        CountDownLatch release = new CountDownLatch(1);
        group.put(Message.of("Orders", "slow"), 0);
        group.put(Message.of("Orders", "fast"), 0);
        billing()
                .listener(message -> {
                    if (message.text().equals("slow")) {
                        release.await();
                    }
                    seen.add(message);
                    return Verdict.DONE;
                })
                .start();
        await().until(() -> texts().contains("fast") && Long.valueOf(0).equals(group.offset("Orders", 0)));
        release.countDown();
        await().until(() -> Long.valueOf(2).equals(group.offset("Orders", 0)));
    }

    @Test
    void aMessageThatFailsIsGivenBackToItsBrokerAndCountsAsDoneHere() {
        cluster.broker().on(RequestCode.CONSUMER_SEND_MSG_BACK, asked -> Frame.answer(0, ""));
        group.put(Message.of("Orders", "throws"), 0);
        group.put(Message.of("Orders", "later"), 0);
        group.put(Message.of("Orders", "level 5"), 0);
        group.put(Message.of("Orders", "hopeless"), 0);
        billing()
                .listener(message -> switch (message.text()) {
                    case "throws" -> throw new IllegalStateException("no paper");
                    case "later" -> Verdict.RETRY;
                    case "level 5" -> Verdict.retryAtLevel(5);
                    default -> Verdict.GIVE_UP;
                })
                .start();
        await().until(() -> Long.valueOf(4).equals(group.offset("Orders", 0)));
        assertThat(heard(RequestCode.CONSUMER_SEND_MSG_BACK))
                .extracting(asked -> asked.header(SendCommands.SendBack.class))
                .satisfies(backs -> {
                    assertThat(backs)
                            .extracting(SendCommands.SendBack::offset, SendCommands.SendBack::delayLevel)
                            .containsExactlyInAnyOrder(
                                    org.assertj.core.api.Assertions.tuple(1000L, 0),
                                    org.assertj.core.api.Assertions.tuple(1001L, 0),
                                    org.assertj.core.api.Assertions.tuple(1002L, 5),
                                    org.assertj.core.api.Assertions.tuple(1003L, -1));
                    assertThat(backs).allSatisfy(back -> {
                        assertThat(back.group()).isEqualTo("billing");
                        assertThat(back.originTopic()).isEqualTo("Orders");
                        assertThat(back.maxReconsumeTimes()).isEqualTo(16);
                    });
                });
    }

    @Test
    void aMessageThatTheListenerKeepsTooLongIsGivenBackAndItsVerdictCountsForNothing() {
        CountDownLatch release = new CountDownLatch(1);
        cluster.broker().on(RequestCode.CONSUMER_SEND_MSG_BACK, asked -> Frame.answer(0, ""));
        group.put(Message.of("Orders", "stuck"), 0);
        PushConsumer consumer = billing()
                .consumeTimeout(Duration.ofMillis(200))
                .listener(message -> {
                    release.await();
                    return Verdict.GIVE_UP;
                })
                .start();
        await().until(() -> Long.valueOf(1).equals(group.offset("Orders", 0)));
        assertThat(heard(RequestCode.CONSUMER_SEND_MSG_BACK)).hasSize(1);
        release.countDown();
        consumer.close();
        assertThat(group.offset("Orders", 0)).isEqualTo(1);
    }

    @Test
    void oneClientHasOneConsumerOfAGroup() {
        billing().start();
        assertThatThrownBy(() -> billing().start()).hasMessageContaining("has a consumer of group billing already");
    }

    @Test
    void whenTheBrokerDoesNotTakeAMessageBackItIsSentToTheRetryTopic() {
        cluster.broker()
                .on(RequestCode.CONSUMER_SEND_MSG_BACK, asked -> Frame.answer(1, "not now"))
                .on(RequestCode.SEND_MESSAGE_V2, asked -> ScriptedCluster.stored(0, 0, 1, ScriptedCluster.idAt(1)));
        group.put(Message.of("Orders", "again").withProperty("colour", "red"), 0, 0, 2);
        billing().listener(message -> Verdict.RETRY).start();
        await().until(() -> Long.valueOf(1).equals(group.offset("Orders", 0)));
        SendMessage sent = heard(RequestCode.SEND_MESSAGE_V2).get(0).header(SendMessage.class);
        assertThat(sent.topic()).isEqualTo("%RETRY%billing");
        assertThat(sent.reconsumeTimes()).isEqualTo(3);
        assertThat(sent.maxReconsumeTimes()).isEqualTo(16);
        assertThat(sent.properties())
                .contains("RETRY_TOPIC\u0001Orders\u0002")
                .contains("DELAY\u00015\u0002")
                .contains("colour\u0001red\u0002");
    }

    @Test
    void aRetriedMessageShowsTheTopicItWasFirstSentTo() {
        group.put(Message.of("%RETRY%billing", "again").withProperty("RETRY_TOPIC", "Orders"), 0, 0, 3);
        billing().start();
        await().until(() -> seen.size() == 1);
        assertThat(seen.get(0).topic()).isEqualTo(new TopicName("Orders"));
        assertThat(seen.get(0).attempt()).isEqualTo(4);
        assertThat(seen.get(0).queue().topic()).isEqualTo(new TopicName("%RETRY%billing"));
    }

    @Test
    void aMessageThatCannotBeReadIsGivenUpAndDoesNotStopTheQueue() {
        cluster.broker().on(RequestCode.CONSUMER_SEND_MSG_BACK, asked -> Frame.answer(0, ""));
        group.put(Message.of("Orders", "this is no zlib stream"), 0, 0x301, 0);
        group.put(Message.of("Orders", "fine"), 0);
        billing().start();
        await().until(() -> Long.valueOf(2).equals(group.offset("Orders", 0)));
        assertThat(texts()).containsExactly("fine");
        assertThat(heard(RequestCode.CONSUMER_SEND_MSG_BACK).get(0).field("delayLevel"))
                .isEqualTo("-1");
    }

    @Test
    void pullingStopsWhenTheBufferIsFullAndGoesOnWhenThereIsRoom() {
        CountDownLatch release = new CountDownLatch(1);
        IntStream.range(0, 100).forEach(i -> group.put(Message.of("Orders", "m" + i), 0));
        billing()
                .bufferMessages(20)
                .pullMessages(10)
                .threads(2)
                .listener(message -> {
                    release.await();
                    seen.add(message);
                    return Verdict.DONE;
                })
                .start();
        await().until(() -> pullsOf(0).equals(List.of("0", "10")));
        assertThat(seen).isEmpty();
        release.countDown();
        await().until(() -> seen.size() == 100);
    }

    private List<String> pullsOf(int queueId) {
        return heard(RequestCode.PULL_MESSAGE).stream()
                .filter(asked -> asked.field("topic").equals("Orders"))
                .filter(asked -> asked.field("queueId").equals(Integer.toString(queueId)))
                .map(asked -> asked.field("queueOffset"))
                .toList();
    }

    @Test
    void anOffsetOutsideTheQueueIsCorrectedAndStored() {
        group.putOffset("Orders", 0, 77);
        fill(0, 4);
        billing().start();
        await().until(() -> Long.valueOf(1).equals(group.offset("Orders", 0)));
        group.put(Message.of("Orders", "next"), 0);
        await().until(() -> texts().contains("next"));
    }

    @Test
    void aFailedPullIsRepeated() {
        AtomicInteger refusals = new AtomicInteger();
        cluster.broker().onAsync(RequestCode.PULL_MESSAGE, asked -> {
            refusals.incrementAndGet();
            return CompletableFuture.completedFuture(Frame.answer(24, "the consumer's subscription not exist"));
        });
        billing().start();
        await().until(() -> refusals.get() >= 5);
        ScriptedGroup well = new ScriptedGroup(cluster.broker());
        well.put(Message.of("Orders", "after all"), 0);
        await().atMost(Duration.ofSeconds(60)).until(() -> texts().contains("after all"));
    }

    @Test
    void queuesAreSharedAnewWhenTheBrokerSaysThatMembersChanged() {
        PushConsumer consumer = billing().start();
        await().until(() -> queueIds(consumer).equals(Set.of(0, 1, 2, 3)));
        // Sorts behind every client id, which begins with an address.
        group.member("zzz", true);
        cluster.broker()
                .tellClients(CommandTable.STANDARD.request(
                        RequestCode.NOTIFY_CONSUMER_IDS_CHANGED, new ConsumerIdsChanged("billing")));
        await().until(() -> queueIds(consumer).equals(Set.of(0, 1)));
        group.member("zzz", false);
        cluster.broker()
                .tellClients(CommandTable.STANDARD.request(
                        RequestCode.NOTIFY_CONSUMER_IDS_CHANGED, new ConsumerIdsChanged("billing")));
        await().until(() -> queueIds(consumer).equals(Set.of(0, 1, 2, 3)));
    }

    @Test
    void aPushedResetMovesAConsumerThatHasEnoughToDoAndOthersStay() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        IntStream.range(0, 6).forEach(i -> group.put(Message.of("Orders", "m" + i), 0));
        group.put(Message.of("Orders", "elsewhere"), 1);
        billing()
                .bufferMessages(1)
                .pullMessages(4)
                .commitEvery(Duration.ofMinutes(5))
                .threads(2)
                .listener(message -> {
                    seen.add(message);
                    if (message.text().equals("m0")) {
                        release.await();
                    }
                    return Verdict.DONE;
                })
                .start();
        await().until(() -> texts().contains("m0") && texts().contains("elsewhere"));
        ResetOffset header = new ResetOffset("billing", "Orders", -1, -1, 0, true);
        Map<QueueRef, Long> next = Map.of(new QueueRef("Orders", "broker-a", 0), 5L);
        cluster.broker()
                .tellClients(CommandTable.STANDARD.request(
                        RequestCode.RESET_CONSUMER_CLIENT_OFFSET, header, new ResetOffsetBody(next).toFrameBody()));
        await().until(() -> texts().contains("m5"));
        await().until(() -> Long.valueOf(5).equals(group.offset("Orders", 0)));
        assertThat(group.offset("Orders", 1)).isNull();
        assertThat(texts()).as("beyond what one pull brought").doesNotContain("m4");
        release.countDown();
    }

    @Test
    void aQueueGivenUpHasItsOffsetStoredAtOnce() {
        fill(0, 4);
        PushConsumer consumer = billing().commitEvery(Duration.ofMinutes(5)).start();
        await().until(() -> seen.size() == 4);
        group.member("zzz", true);
        cluster.broker()
                .tellClients(CommandTable.STANDARD.request(
                        RequestCode.NOTIFY_CONSUMER_IDS_CHANGED, new ConsumerIdsChanged("billing")));
        await().until(() -> queueIds(consumer).equals(Set.of(0, 1)));
        await().until(() -> Long.valueOf(1).equals(group.offset("Orders", 3)));
        assertThat(group.offset("Orders", 0)).isNull();
    }

    @Test
    void closingFinishesWhatIsInHandStoresTheOffsetsAndLeaves() {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        group.put(Message.of("Orders", "in hand"), 0);
        PushConsumer consumer = billing()
                .commitEvery(Duration.ofMinutes(5))
                .listener(message -> {
                    begun.countDown();
                    release.await();
                    seen.add(message);
                    return Verdict.DONE;
                })
                .start();
        await().until(() -> begun.getCount() == 0);
        CompletableFuture<Void> closing = CompletableFuture.runAsync(consumer::close);
        assertThat(closing).isNotDone();
        release.countDown();
        closing.join();
        consumer.close();
        assertThat(texts()).containsExactly("in hand");
        assertThat(group.offset("Orders", 0)).isEqualTo(1);
        assertThat(group.memberCount()).isZero();
    }

    @Test
    void broadcastingReadsEveryQueueWhoeverElseIsThereAndStoresNothing() {
        group.member("aaa", true);
        fill(0, 8);
        PushConsumer consumer = billing().broadcasting().start();
        await().until(() -> seen.size() == 8);
        assertThat(queueIds(consumer)).containsExactlyInAnyOrder(0, 1, 2, 3);
        consumer.close();
        assertThat(heard(RequestCode.UPDATE_CONSUMER_OFFSET)).isEmpty();
        assertThat(heard(RequestCode.QUERY_CONSUMER_OFFSET)).isEmpty();
    }

    @Test
    void aMemberThatIsNotListedSaysAgainThatItIsThere() {
        AtomicInteger beats = new AtomicInteger();
        cluster.broker().on(RequestCode.HEART_BEAT, asked -> {
            // The first one gets lost on the way, so to speak.
            if (beats.incrementAndGet() > 1) {
                HeartbeatData data = Body.fromJson(HeartbeatData.class, asked.body());
                group.member(data.clientID(), true);
            }
            return Frame.answer(0, "");
        });
        group.member("zzz", true);
        PushConsumer consumer = billing().start();
        await().until(() -> queueIds(consumer).equals(Set.of(0, 1)));
    }

    @Test
    void aConsumerWithoutListenerOrTopicDoesNotStart() {
        assertThatThrownBy(
                        () -> client.pushConsumer("billing").subscribe("Orders").start())
                .hasMessageContaining("no listener");
        assertThatThrownBy(() -> client.pushConsumer("billing")
                        .listener(message -> Verdict.DONE)
                        .start())
                .hasMessageContaining("subscribes to no topic");
        assertThatThrownBy(() -> billing().threads(0).start()).hasMessageContaining("threads 0 is outside 1..1000");
    }
}
