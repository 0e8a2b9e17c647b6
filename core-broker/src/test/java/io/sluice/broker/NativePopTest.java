package io.sluice.broker;

import static io.sluice.broker.NativeNode.COMMANDS;
import static io.sluice.broker.NativeNode.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.wire.body.AssignmentAnswer;
import io.sluice.wire.body.AssignmentAnswer.Assignment;
import io.sluice.wire.body.AssignmentRequest;
import io.sluice.wire.body.BatchAckBody;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.HeartbeatData;
import io.sluice.wire.body.MessageRequestMode;
import io.sluice.wire.body.MessageRequestModeTable;
import io.sluice.wire.body.QueueRef;
import io.sluice.wire.body.SubscriptionData;
import io.sluice.wire.command.NoFields;
import io.sluice.wire.command.PopCommands.AckMessage;
import io.sluice.wire.command.PopCommands.ChangeInvisibleTime;
import io.sluice.wire.command.PopCommands.ChangeInvisibleTimeAnswer;
import io.sluice.wire.command.PopCommands.Notification;
import io.sluice.wire.command.PopCommands.NotificationAnswer;
import io.sluice.wire.command.PopCommands.PollingInfo;
import io.sluice.wire.command.PopCommands.PollingInfoAnswer;
import io.sluice.wire.command.PopCommands.PopAnswer;
import io.sluice.wire.command.PopCommands.PopMessage;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.command.SessionCommands;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.message.MessageView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Base64;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** RocketMQ's POP over sockets: the frames that a 5.x client sends. */
class NativePopTest {
    private static final String TOPIC = "Jobs";
    private static final String GROUP = "crew";
    private static final long LONG_MS = 60_000;
    private static final long SHORT_MS = 1_500;

    @TempDir
    Path directory;

    private NativeNode node;

    @BeforeEach
    void open() throws IOException {
        node = NativeNode.in(directory);
    }

    @AfterEach
    void close() {
        node.close();
    }

    private static PopMessage pop(
            int queueId, int messages, long invisibleMs, long pollMs, String tags, boolean order) {
        return new PopMessage(
                GROUP,
                TOPIC,
                queueId,
                messages,
                invisibleMs,
                pollMs,
                System.currentTimeMillis(),
                0,
                "TAG",
                tags,
                order,
                "");
    }

    private Frame pop(long invisibleMs) {
        return node.ask(RequestCode.POP_MESSAGE, pop(-1, 32, invisibleMs, 0, "*", false));
    }

    private static PopAnswer header(Frame answer) {
        assertThat(answer.code()).as(answer.remark()).isZero();
        return COMMANDS.readAnswer(answer, PopAnswer.class);
    }

    /** As a client puts it together from the header. */
    private static String handle(PopAnswer answer, int queueId, long offset) {
        return "0 %d %d %d 0 broker-a %d %d"
                .formatted(answer.popTime(), answer.invisibleTime(), answer.reviveQid(), queueId, offset);
    }

    private Frame acknowledge(String handle, int queueId, long offset) {
        return node.ask(RequestCode.ACK_MESSAGE, new AckMessage(GROUP, TOPIC, queueId, handle, offset));
    }

    private Frame change(String handle, int queueId, long offset, long invisibleMs) {
        return node.ask(
                RequestCode.CHANGE_MESSAGE_INVISIBLETIME,
                new ChangeInvisibleTime(GROUP, TOPIC, queueId, handle, offset, invisibleMs));
    }

    @Test
    void aPopLendsMessagesOfAllQueuesAndTellsWhereTheyStand() {
        node.send(TOPIC, 0, "dig");
        node.send(TOPIC, 0, "rake");
        node.send(TOPIC, 2, "paint");
        Frame popped = pop(LONG_MS);
        assertThat(texts(popped)).containsExactlyInAnyOrder("dig", "rake", "paint");
        PopAnswer answer = header(popped);
        assertThat(answer.msgOffsetInfo()).isEqualTo("0 0 0,1;0 2 0");
        assertThat(answer.startOffsetInfo()).isEqualTo("0 0 0;0 2 0");
        assertThat(answer.invisibleTime()).isEqualTo(LONG_MS);
        assertThat(answer.restNum()).isZero();
        assertThat(pop(LONG_MS).code()).isEqualTo(ResponseCode.POLLING_TIMEOUT);
    }

    @Test
    void whatIsAcknowledgedNeverComesAgainAndWhatIsNotComesAgainCounted() {
        node.send(TOPIC, 0, "dig");
        node.send(TOPIC, 0, "rake");
        PopAnswer answer = header(pop(SHORT_MS));
        assertThat(acknowledge(handle(answer, 0, 0), 0, 0).code()).isZero();
        Frame again = await().until(() -> pop(LONG_MS), frame -> frame.code() == ResponseCode.SUCCESS);
        assertThat(texts(again)).containsExactly("rake");
        assertThat(MessageView.of(ByteBuffer.wrap(again.body().toByteArray())).reconsumeTimes())
                .isEqualTo(1);
        assertThat(acknowledge(handle(header(again), 0, 1), 0, 1).code()).isZero();
        assertThat(acknowledge(handle(answer, 0, 1), 0, 1).code())
                .as("too late, by the first who had it")
                .isZero();
        assertThat(pop(LONG_MS).code()).isEqualTo(ResponseCode.POLLING_TIMEOUT);
    }

    @Test
    void aChangedTermGivesANewHandleAndVoidsTheOld() {
        node.send(TOPIC, 0, "dig");
        PopAnswer answer = header(pop(LONG_MS));
        Frame changed = change(handle(answer, 0, 0), 0, 0, 2 * LONG_MS);
        ChangeInvisibleTimeAnswer longer = COMMANDS.readAnswer(changed, ChangeInvisibleTimeAnswer.class);
        assertThat(longer.invisibleTime()).isEqualTo(2 * LONG_MS);
        assertThat(change(handle(answer, 0, 0), 0, 0, SHORT_MS).code()).isEqualTo(ResponseCode.NO_MESSAGE);
        String newHandle =
                "0 %d %d %d 0 broker-a 0 0".formatted(longer.popTime(), longer.invisibleTime(), longer.reviveQid());
        assertThat(change(newHandle, 0, 0, 1).code()).isZero();
        await().until(() -> pop(LONG_MS), frame -> frame.code() == ResponseCode.SUCCESS);
    }

    @Test
    void aHandleHoldsAfterARestart() throws IOException {
        node.send(TOPIC, 0, "dig");
        node.send(TOPIC, 0, "rake");
        PopAnswer answer = header(pop(LONG_MS));
        node.close();
        node = NativeNode.in(directory);
        assertThat(acknowledge(handle(answer, 0, 0), 0, 0).code()).isZero();
        assertThat(texts(pop(LONG_MS))).containsExactly("rake");
        assertThat(change(handle(answer, 0, 1), 0, 1, LONG_MS).code())
                .as("lent to somebody else since")
                .isEqualTo(ResponseCode.NO_MESSAGE);
    }

    @Test
    void aHandleThatNobodyGaveOutIsRefused() {
        node.send(TOPIC, 0, "dig");
        PopAnswer answer = header(pop(LONG_MS));
        PopAnswer forged =
                new PopAnswer(answer.popTime(), answer.invisibleTime() + 1, answer.reviveQid(), 0, "", "", "");
        for (String handle : List.of(
                handle(forged, 0, 0),
                handle(answer, 0, 0).replace("broker-a 0 0", "broker-a 0 1"),
                "nonsense",
                "1 2 3 4 5 6 7 8 9")) {
            Frame refused = acknowledge(handle, 0, 0);
            assertThat(refused.code()).as(handle).isEqualTo(ResponseCode.INVALID_PARAMETER);
            assertThat(refused.remark()).contains("no handle of a message that this broker lent");
        }
        assertThat(acknowledge(handle(answer, 0, 0), 7, 0).code()).isEqualTo(ResponseCode.MESSAGE_ILLEGAL);
        assertThat(acknowledge(handle(answer, 0, 9), 0, 9).code()).isEqualTo(ResponseCode.NO_MESSAGE);
    }

    @Test
    void aPopWaitsForTheFirstMessage() {
        node.send(TOPIC, 0, "first");
        acknowledge(handle(header(pop(LONG_MS)), 0, 0), 0, 0);
        CompletableFuture<Frame> waiting =
                node.begin(COMMANDS.request(RequestCode.POP_MESSAGE, pop(-1, 32, LONG_MS, LONG_MS, "*", false)));
        await().until(() -> COMMANDS.readAnswer(
                                node.ask(RequestCode.POLLING_INFO, new PollingInfo(GROUP, TOPIC, -1)),
                                PollingInfoAnswer.class)
                        .pollingNum()
                == 1);
        node.send(TOPIC, 3, "second");
        assertThat(texts(waiting.join())).containsExactly("second");
    }

    @Test
    void onlyTheQueueAndTheTagsAskedForAreLent() {
        node.send(TOPIC, 0, "dig", "TAGS", "garden");
        node.send(TOPIC, 1, "weed", "TAGS", "garden");
        node.send(TOPIC, 1, "paint", "TAGS", "house");
        Frame popped = node.ask(RequestCode.POP_MESSAGE, pop(1, 32, LONG_MS, 0, "garden", false));
        assertThat(texts(popped)).containsExactly("weed");
        assertThat(texts(pop(LONG_MS)))
                .as("what the group's filter rejected has passed")
                .containsExactly("dig");
    }

    @Test
    void inOrderAQueueIsWithOneConsumerUntilItsMessagesAreSettled() {
        node.send(TOPIC, 0, "dig");
        node.send(TOPIC, 0, "rake");
        node.send(TOPIC, 1, "paint");
        Frame first = node.ask(RequestCode.POP_MESSAGE, pop(-1, 1, LONG_MS, 0, "*", true));
        assertThat(texts(first)).containsExactly("dig");
        Frame second = node.ask(RequestCode.POP_MESSAGE, pop(-1, 32, LONG_MS, 0, "*", true));
        assertThat(texts(second)).as("queue 0 is busy").containsExactly("paint");
        CompletableFuture<Frame> third =
                node.begin(COMMANDS.request(RequestCode.POP_MESSAGE, pop(-1, 32, LONG_MS, LONG_MS, "*", true)));
        acknowledge(handle(header(first), 0, 0), 0, 0);
        assertThat(texts(third.join())).containsExactly("rake");
    }

    @Test
    void manyAreAcknowledgedAtOnce() {
        for (int i = 0; i < 10; i++) {
            node.send(TOPIC, 0, "job " + i);
        }
        PopAnswer answer = header(pop(SHORT_MS));
        BitSet even = new BitSet();
        for (int i = 0; i < 10; i += 2) {
            even.set(i);
        }
        BatchAckBody.Acks acks = new BatchAckBody.Acks(
                GROUP,
                TOPIC,
                "0",
                0,
                0,
                answer.reviveQid(),
                answer.popTime(),
                answer.invisibleTime(),
                Base64.getEncoder().encodeToString(even.toByteArray()));
        assertThat(node.ask(
                                RequestCode.BATCH_ACK_MESSAGE,
                                new NoFields(),
                                new BatchAckBody("broker-a", List.of(acks)).toFrameBody())
                        .code())
                .isZero();
        Frame again = await().until(() -> pop(LONG_MS), frame -> frame.code() == ResponseCode.SUCCESS);
        assertThat(texts(again)).containsExactly("job 1", "job 3", "job 5", "job 7", "job 9");
    }

    @Test
    void whatCannotBePoppedSaysWhy() {
        node.send(TOPIC, 0, "dig");
        assertThat(node.ask(RequestCode.POP_MESSAGE, pop(-1, 33, LONG_MS, 0, "*", false))
                        .code())
                .isEqualTo(ResponseCode.INVALID_PARAMETER);
        assertThat(node.ask(RequestCode.POP_MESSAGE, pop(4, 1, LONG_MS, 0, "*", false))
                        .remark())
                .contains("queueId 4", "0 to 3");
        assertThat(node.ask(
                                RequestCode.POP_MESSAGE,
                                new PopMessage(GROUP, "Nowhere", -1, 1, LONG_MS, 0, 0, 0, "TAG", "*", false, ""))
                        .code())
                .isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
        assertThat(node.ask(
                                RequestCode.POP_MESSAGE,
                                new PopMessage(GROUP, TOPIC, -1, 1, LONG_MS, 0, 0, 0, "SQL92", "a >", false, ""))
                        .code())
                .isEqualTo(ResponseCode.SUBSCRIPTION_PARSE_FAILED);
    }

    @Test
    void theBrokerSharesQueuesAmongMembersAndKeepsTheModeThatWasSet() throws IOException {
        node.send(TOPIC, 0, "dig");
        join("client-1");
        assertThat(assigned("client-1", "PULL")).containsExactlyInAnyOrder(0, 1, 2, 3);
        assertThat(node.ask(
                                RequestCode.QUERY_ASSIGNMENT,
                                new NoFields(),
                                question("stranger").toFrameBody())
                        .code())
                .as("not a member")
                .isNotZero();
        Frame set = node.ask(
                RequestCode.SET_MESSAGE_REQUEST_MODE,
                new NoFields(),
                new MessageRequestMode(TOPIC, GROUP, "POP", 0).toFrameBody());
        assertThat(set.code()).as(set.remark()).isZero();
        assertThat(assigned("client-1", "POP")).containsExactly(-1);
        node.close();
        node = NativeNode.in(directory);
        join("client-1");
        assertThat(assigned("client-1", "POP")).containsExactly(-1);
        MessageRequestModeTable all = Body.of(
                MessageRequestModeTable.class, node.ask(RequestCode.GET_ALL_MESSAGE_REQUEST_MODE, new NoFields()));
        assertThat(all.messageRequestModeMap().get(TOPIC).get(GROUP).mode()).isEqualTo("POP");
    }

    private void join(String clientId) {
        HeartbeatData beat = new HeartbeatData(
                clientId,
                Set.of(),
                Set.of(new HeartbeatData.ConsumerData(
                        GROUP,
                        "CONSUME_PASSIVELY",
                        "CLUSTERING",
                        "CONSUME_FROM_FIRST_OFFSET",
                        Set.of(new SubscriptionData(TOPIC, "*", Set.of(), Set.of(), 1, "TAG", false)),
                        false)),
                0,
                false);
        assertThat(node.ask(RequestCode.HEART_BEAT, new SessionCommands.Heartbeat(), beat.toFrameBody())
                        .code())
                .isZero();
    }

    private static AssignmentRequest question(String clientId) {
        return new AssignmentRequest(TOPIC, GROUP, clientId, "AVG", "CLUSTERING");
    }

    private List<Integer> assigned(String clientId, String mode) {
        Frame answer = node.ask(
                RequestCode.QUERY_ASSIGNMENT, new NoFields(), question(clientId).toFrameBody());
        assertThat(answer.code()).as(answer.remark()).isZero();
        Set<Assignment> assignments = Body.of(AssignmentAnswer.class, answer).messageQueueAssignments();
        assertThat(assignments).extracting(Assignment::mode).containsOnly(mode);
        return assignments.stream()
                .map(Assignment::messageQueue)
                .map(QueueRef::queueId)
                .toList();
    }

    private Frame notification(long pollMs, boolean order) {
        return COMMANDS.request(
                RequestCode.NOTIFICATION,
                new Notification(GROUP, TOPIC, -1, pollMs, System.currentTimeMillis(), order, ""));
    }

    private static boolean hasMessage(Frame answer) {
        assertThat(answer.code()).as(answer.remark()).isZero();
        return COMMANDS.readAnswer(answer, NotificationAnswer.class).hasMsg();
    }

    @Test
    void aNotificationTellsWhetherThereIsSomethingToPopAndLendsNothing() {
        node.send(TOPIC, 0, "dig");
        assertThat(hasMessage(node.ask(notification(0, false))))
                .as("a group that is new")
                .isTrue();
        header(pop(SHORT_MS));
        assertThat(hasMessage(node.ask(notification(0, false))))
                .as("it is lent")
                .isFalse();
        assertThat(hasMessage(node.ask(notification(LONG_MS, false))))
                .as("it comes back")
                .isTrue();
        assertThat(hasMessage(node.ask(notification(0, true)))).isTrue();
        Frame again = pop(LONG_MS);
        assertThat(MessageView.of(ByteBuffer.wrap(again.body().toByteArray())).reconsumeTimes())
                .as("questions do not count as deliveries")
                .isEqualTo(1);
    }

    @Test
    void everyNotificationThatWaitsIsAnsweredWhenAMessageComes() {
        node.send(TOPIC, 0, "dig");
        PopAnswer answer = header(pop(LONG_MS));
        acknowledge(handle(answer, 0, 0), 0, 0);
        List<CompletableFuture<Frame>> waiting =
                List.of(node.begin(notification(LONG_MS, false)), node.begin(notification(LONG_MS, true)));
        await().until(() -> COMMANDS.readAnswer(
                                node.ask(RequestCode.POLLING_INFO, new PollingInfo(GROUP, TOPIC, 0)),
                                PollingInfoAnswer.class)
                        .pollingNum()
                == 2);
        node.send(TOPIC, 3, "rake");
        waiting.forEach(one -> assertThat(hasMessage(one.join())).isTrue());
        assertThat(texts(pop(LONG_MS))).containsExactly("rake");
    }

    @Test
    void aNotificationThatAsksInVainIsAnsweredAtItsTime() {
        node.send(TOPIC, 0, "dig");
        header(pop(LONG_MS));
        assertThat(hasMessage(node.ask(notification(SHORT_MS, false)))).isFalse();
    }

    private static PopMessage orderedAttempt(String attemptId) {
        return new PopMessage(
                GROUP, TOPIC, 0, 2, LONG_MS, 0, System.currentTimeMillis(), 0, "TAG", "*", true, attemptId);
    }

    @Test
    void anOrderedPopThatIsRepeatedUnderItsNameGetsTheSameMessagesAndOthersWait() {
        node.send(TOPIC, 0, "dig");
        node.send(TOPIC, 0, "rake");
        node.send(TOPIC, 0, "sow");
        PopAnswer lost = header(node.ask(RequestCode.POP_MESSAGE, orderedAttempt("first")));
        assertThat(node.ask(RequestCode.POP_MESSAGE, orderedAttempt("other")).code())
                .isEqualTo(ResponseCode.POLLING_TIMEOUT);

        Frame again = node.ask(RequestCode.POP_MESSAGE, orderedAttempt("first"));
        assertThat(texts(again)).containsExactly("dig", "rake");
        assertThat(change(handle(lost, 0, 0), 0, 0, LONG_MS).code())
                .as("the handles that were lost are void")
                .isEqualTo(ResponseCode.NO_MESSAGE);
        PopAnswer heard = header(again);
        acknowledge(handle(heard, 0, 0), 0, 0);
        acknowledge(handle(heard, 0, 1), 0, 1);
        assertThat(texts(node.ask(RequestCode.POP_MESSAGE, orderedAttempt("next"))))
                .containsExactly("sow");
        assertThat(node.ask(RequestCode.POP_MESSAGE, orderedAttempt("first")).code())
                .as("what is acknowledged does not come back")
                .isEqualTo(ResponseCode.POLLING_TIMEOUT);
    }
}
