package io.sluice.broker;

import static io.sluice.broker.NativeNode.COMMANDS;
import static io.sluice.broker.NativeNode.GROUP;
import static io.sluice.broker.NativeNode.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.transport.RemotingClient;
import io.sluice.transport.RequestTable;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.ClientConfigCheck;
import io.sluice.wire.body.ConsumerIdList;
import io.sluice.wire.body.ConsumerRunningInfo;
import io.sluice.wire.body.HeartbeatData;
import io.sluice.wire.body.HeartbeatData.ConsumerData;
import io.sluice.wire.body.HeartbeatData.ProducerData;
import io.sluice.wire.body.LockAnswer;
import io.sluice.wire.body.LockRequest;
import io.sluice.wire.body.QueueRef;
import io.sluice.wire.body.ResetOffsetBody;
import io.sluice.wire.body.SubscriptionData;
import io.sluice.wire.command.NoFields;
import io.sluice.wire.command.OffsetCommands.ResetOffset;
import io.sluice.wire.command.OffsetCommands.UpdateOffset;
import io.sluice.wire.command.PullCommands.PullMessage;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.command.SessionCommands.ConsumerIdsChanged;
import io.sluice.wire.command.SessionCommands.GetConsumerList;
import io.sluice.wire.command.SessionCommands.Heartbeat;
import io.sluice.wire.command.SessionCommands.HeartbeatAnswer;
import io.sluice.wire.command.SessionCommands.UnregisterClient;
import io.sluice.wire.command.TopicCommands.GetTopicConfig;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Heartbeats, membership and order locks as RocketMQ clients use them. */
class NativeSessionTest {
    private static final String TOPIC = "Letters";

    @TempDir
    Path directory;

    private NativeNode node;

    @BeforeEach
    void open() throws IOException {
        node = NativeNode.in(directory);
        node.send(TOPIC, 0, "first", "TAGS", "a");
    }

    @AfterEach
    void close() {
        node.close();
    }

    /** A client that notes which groups it was told to have changed, and where resets send it. */
    private final class Member {
        final String clientId;
        final List<String> told = new CopyOnWriteArrayList<>();
        final List<Map<QueueRef, Long>> resets = new CopyOnWriteArrayList<>();
        final RemotingClient client;
        /** What it says when it is asked; it does not know the question without. */
        volatile ConsumerRunningInfo info;

        final AtomicInteger asked = new AtomicInteger();

        Member(String clientId) {
            this.clientId = clientId;
            RequestTable inbound = new RequestTable()
                    .on(RequestCode.NOTIFY_CONSUMER_IDS_CHANGED, (request, peer) -> {
                        told.add(
                                COMMANDS.read(request, ConsumerIdsChanged.class).consumerGroup());
                        return CompletableFuture.completedFuture(Frame.answer(0, ""));
                    })
                    .on(RequestCode.GET_CONSUMER_RUNNING_INFO, (request, peer) -> {
                        asked.incrementAndGet();
                        return CompletableFuture.completedFuture(
                                info == null
                                        ? Frame.answer(ResponseCode.SYSTEM_ERROR, "no such consumer")
                                        : COMMANDS.answer(0, "", new NoFields(), info.toFrameBody()));
                    })
                    .on(RequestCode.RESET_CONSUMER_CLIENT_OFFSET, (request, peer) -> {
                        resets.add(Body.of(ResetOffsetBody.class, request).offsetTable());
                        return CompletableFuture.completedFuture(Frame.answer(0, ""));
                    });
            this.client = node.connect(inbound);
        }

        Frame beat(String tags, long version) {
            return node.ask(client, heartbeat(clientId, tags, version));
        }
    }

    private static SubscriptionData wants(String tags, long version) {
        return new SubscriptionData(TOPIC, tags, Set.of(), Set.of(), version, SubscriptionData.TAG, false);
    }

    private static ConsumerRunningInfo info(SubscriptionData wants) {
        return new ConsumerRunningInfo(Map.of(), Set.of(wants), Map.of(), Map.of(), Map.of(), Map.of(), "");
    }

    private static Frame heartbeat(String clientId, String tags, long version) {
        SubscriptionData wants = wants(tags, version);
        HeartbeatData data = new HeartbeatData(
                clientId,
                Set.of(new ProducerData("writers"), new ProducerData("CLIENT_INNER_PRODUCER")),
                Set.of(new ConsumerData(
                        GROUP, "CONSUME_PASSIVELY", "CLUSTERING", "CONSUME_FROM_LAST_OFFSET", Set.of(wants), false)),
                0,
                false);
        return COMMANDS.request(RequestCode.HEART_BEAT, new Heartbeat(), data.toFrameBody());
    }

    private List<String> members() {
        Frame answer = node.ask(RequestCode.GET_CONSUMER_LIST_BY_GROUP, new GetConsumerList(GROUP));
        return answer.code() == 0 ? Body.of(ConsumerIdList.class, answer).consumerIdList() : List.of();
    }

    @Test
    void aHeartbeatMakesTheRetryTopicAndAsksForSubscriptionsInFull() {
        Frame answer = new Member("c1").beat("*", 1);
        assertThat(answer.code()).isZero();
        assertThat(COMMANDS.readAnswer(answer, HeartbeatAnswer.class)).isEqualTo(new HeartbeatAnswer(true, true));
        assertThat(node.ask(RequestCode.GET_TOPIC_CONFIG, new GetTopicConfig("%RETRY%" + GROUP))
                        .code())
                .isZero();
    }

    @Test
    void everyMemberIsToldWhenOneComesAndWhenOneGoes() {
        Member first = new Member("c1");
        first.beat("*", 1);
        await().atMost(NativeNode.PATIENCE).until(() -> first.told.size() == 1);
        Member second = new Member("c2");
        second.beat("*", 1);
        await().atMost(NativeNode.PATIENCE).until(() -> first.told.size() == 2 && second.told.size() == 1);
        assertThat(members()).containsExactly("c1", "c2");

        second.client.close();
        await().atMost(NativeNode.PATIENCE).until(() -> first.told.size() == 3);
        assertThat(members()).containsExactly("c1");
    }

    @Test
    void heartbeatsThatSayNothingNewTellNobody() {
        Member first = new Member("c1");
        first.beat("*", 1);
        await().atMost(NativeNode.PATIENCE).until(() -> first.told.size() == 1);
        first.beat("*", 1);
        first.beat("*", 2);
        first.beat("a || b", 3);
        await().atMost(NativeNode.PATIENCE).until(() -> first.told.size() == 2);
        assertThat(first.told).containsOnly(GROUP);
    }

    @Test
    void aClientThatSaysGoodbyeIsNoMemberAnyMore() {
        Member member = new Member("c1");
        member.beat("*", 1);
        node.ask(member.client, COMMANDS.request(RequestCode.UNREGISTER_CLIENT, new UnregisterClient("c1", "", GROUP)));
        assertThat(members()).isEmpty();
        assertThat(node.ask(RequestCode.GET_CONSUMER_LIST_BY_GROUP, new GetConsumerList(GROUP))
                        .code())
                .isEqualTo(ResponseCode.SYSTEM_ERROR);
    }

    @Test
    void aPullWithoutAFilterUsesTheOneOfTheHeartbeat() {
        node.send(TOPIC, 0, "second", "TAGS", "b");
        new Member("c1").beat("b", 5);
        PullMessage unsaid = new PullMessage(GROUP, TOPIC, 0, 0, 32, 0, 0, 0, "", 5, "TAG", 0, 0, "");
        assertThat(texts(node.ask(RequestCode.PULL_MESSAGE, unsaid))).containsExactly("second");

        PullMessage newer = new PullMessage(GROUP, TOPIC, 0, 0, 32, 0, 0, 0, "", 6, "TAG", 0, 0, "");
        assertThat(node.ask(RequestCode.PULL_MESSAGE, newer).code()).isEqualTo(ResponseCode.SUBSCRIPTION_NOT_LATEST);
    }

    @Test
    void aConsumerWhoseHeartbeatDidNotTellTheNewestSubscriptionIsAskedForIt() {
        node.send(TOPIC, 0, "second", "TAGS", "b");
        Member member = new Member("c1");
        member.beat("a", 5);
        member.info = info(wants("b", 6));
        PullMessage newer = new PullMessage(GROUP, TOPIC, 0, 0, 32, 0, 0, 0, "", 6, "TAG", 0, 0, "");
        assertThat(texts(node.ask(member.client, COMMANDS.request(RequestCode.PULL_MESSAGE, newer))))
                .containsExactly("second");
        assertThat(texts(node.ask(member.client, COMMANDS.request(RequestCode.PULL_MESSAGE, newer))))
                .containsExactly("second");
        assertThat(member.asked).as("once it is known").hasValue(1);
        await("the others are told of the change").atMost(NativeNode.PATIENCE).until(() -> member.told.size() == 2);
    }

    @Test
    void aConsumerThatDoesNotSayWhatItWantsIsAskedOnceAndRefused() {
        Member member = new Member("c1");
        member.beat("a", 5);
        PullMessage newer = new PullMessage(GROUP, TOPIC, 0, 0, 32, 0, 0, 0, "", 6, "TAG", 0, 0, "");
        for (int i = 0; i < 3; i++) {
            assertThat(node.ask(member.client, COMMANDS.request(RequestCode.PULL_MESSAGE, newer))
                            .code())
                    .isEqualTo(ResponseCode.SUBSCRIPTION_NOT_LATEST);
        }
        assertThat(member.asked).hasValue(1);
    }

    @Test
    void aConsumerThatKnowsNothingNewerItselfIsRefused() {
        Member member = new Member("c1");
        member.beat("a", 5);
        member.info = info(wants("a", 5));
        PullMessage newer = new PullMessage(GROUP, TOPIC, 0, 0, 32, 0, 0, 0, "", 6, "TAG", 0, 0, "");
        assertThat(node.ask(member.client, COMMANDS.request(RequestCode.PULL_MESSAGE, newer))
                        .code())
                .isEqualTo(ResponseCode.SUBSCRIPTION_NOT_LATEST);
    }

    @Test
    void aQueueIsLockedByOneClientAtATime() {
        QueueRef queue = new QueueRef(TOPIC, "broker-a", 0);
        QueueRef unknown = new QueueRef("Nowhere", "broker-a", 0);
        assertThat(lock("c1", queue, unknown)).containsExactly(queue);
        assertThat(lock("c2", queue)).isEmpty();
        node.ask(
                RequestCode.UNLOCK_BATCH_MQ,
                new NoFields(),
                new LockRequest(GROUP, "c1", Set.of(queue), false).toFrameBody());
        assertThat(lock("c2", queue)).containsExactly(queue);
    }

    private Set<QueueRef> lock(String clientId, QueueRef... queues) {
        FrameBody body = new LockRequest(GROUP, clientId, Set.of(queues), false).toFrameBody();
        return Body.of(LockAnswer.class, node.ask(RequestCode.LOCK_BATCH_MQ, new NoFields(), body))
                .locked();
    }

    @Test
    void aConsumerLearnsBeforeItStartsWhetherItsFilterIsUnderstood() {
        assertThat(check("price > 3").code()).isZero();
        assertThat(check("price >").code()).isEqualTo(ResponseCode.SUBSCRIPTION_PARSE_FAILED);
    }

    private Frame check(String condition) {
        SubscriptionData wants =
                new SubscriptionData(TOPIC, condition, Set.of(), Set.of(), 1, SubscriptionData.SQL92, false);
        return node.ask(
                RequestCode.CHECK_CLIENT_CONFIG,
                new NoFields(),
                new ClientConfigCheck("c1", GROUP, wants, "").toFrameBody());
    }

    @Test
    void aMemberThatDoesNotPullIsToldWhereAResetSendsIt() {
        Member member = new Member("c1");
        member.beat("*", 1);
        node.ask(RequestCode.UPDATE_CONSUMER_OFFSET, new UpdateOffset(GROUP, TOPIC, 0, 1));
        node.ask(RequestCode.INVOKE_BROKER_TO_RESET_OFFSET, new ResetOffset(GROUP, TOPIC, 0, 0, 0, true));
        await().atMost(NativeNode.PATIENCE).until(() -> !member.resets.isEmpty());
        assertThat(member.resets).containsExactly(Map.of(new QueueRef(TOPIC, "broker-a", 0), 0L));

        assertThat(node.ask(RequestCode.UPDATE_CONSUMER_OFFSET, new UpdateOffset(GROUP, TOPIC, 0, 1))
                        .remark())
                .as("it does not stand there yet")
                .contains("reset");
        node.ask(RequestCode.UPDATE_CONSUMER_OFFSET, new UpdateOffset(GROUP, TOPIC, 0, 0));
        assertThat(node.ask(RequestCode.UPDATE_CONSUMER_OFFSET, new UpdateOffset(GROUP, TOPIC, 0, 1))
                        .remark())
                .isEmpty();
    }

    @Test
    void aDamagedBodyIsAnsweredAndTheConnectionLivesOn() {
        Frame answer =
                node.ask(COMMANDS.request(RequestCode.HEART_BEAT, new Heartbeat(), NativeNode.body("{\"clientID\":")));
        assertThat(answer.code()).isEqualTo(ResponseCode.SYSTEM_ERROR);
        assertThat(node.send(TOPIC, 0, "still here").code()).isZero();
    }
}
