package io.sluice.broker;

import static io.sluice.broker.NativeNode.COMMANDS;
import static io.sluice.broker.NativeNode.GROUP;
import static io.sluice.broker.NativeNode.pull;
import static io.sluice.broker.NativeNode.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.transport.RemotingClient;
import io.sluice.transport.RequestTable;
import io.sluice.wire.command.OffsetCommands.OffsetAnswer;
import io.sluice.wire.command.OffsetCommands.QueryOffset;
import io.sluice.wire.command.OffsetCommands.ResetOffset;
import io.sluice.wire.command.OffsetCommands.UpdateOffset;
import io.sluice.wire.command.PullCommands;
import io.sluice.wire.command.PullCommands.PullAnswer;
import io.sluice.wire.command.PullCommands.PullMessage;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.command.TopicCommands.DeleteTopic;
import io.sluice.wire.command.TopicCommands.PutTopic;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.Serialization;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reads as RocketMQ clients make them. */
class NativePullTest {
    private static final String TOPIC = "Letters";
    private static final Duration HOLD = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private NativeNode node;

    @BeforeEach
    void open() throws IOException {
        node = NativeNode.in(directory);
        putTopic(1, 6);
    }

    @AfterEach
    void close() {
        node.close();
    }

    private void putTopic(int queues, int perm) {
        node.ask(
                RequestCode.UPDATE_AND_CREATE_TOPIC,
                new PutTopic(TOPIC, "TBW102", queues, queues, perm, "SINGLE_TAG", 0, false, "", false));
    }

    private static PullAnswer header(Frame answer) {
        return COMMANDS.readAnswer(answer, PullAnswer.class);
    }

    private CompletableFuture<Frame> hold(long offset, String tags) {
        return node.begin(COMMANDS.request(RequestCode.PULL_MESSAGE, pull(TOPIC, 0, offset, tags, HOLD)));
    }

    @ParameterizedTest
    @EnumSource(Serialization.class)
    void messagesComeAsTheyAreStoredWithTheRangeOfTheQueue(Serialization kind) {
        node.speaking(kind);
        node.send(TOPIC, 0, "a");
        node.send(TOPIC, 0, "b");

        Frame answer = node.pull(TOPIC, 0, 0);

        assertThat(answer.code()).isZero();
        assertThat(texts(answer)).containsExactly("a", "b");
        assertThat(header(answer)).isEqualTo(new PullAnswer(0, 2, 0, 2, 0, 0, 0, 0));
    }

    @Test
    void theLiteFormOfTheRequestMeansTheSame() {
        node.send(TOPIC, 0, "a");
        Frame answer = node.ask(RequestCode.LITE_PULL_MESSAGE, pull(TOPIC, 0, 0, "*", Duration.ZERO));
        assertThat(texts(answer)).containsExactly("a");
    }

    @Test
    void aLargeAnswerArrivesWhole() {
        String large = "x".repeat(100_000);
        for (int i = 0; i < 5; i++) {
            node.send(TOPIC, 0, large + i);
        }
        Frame answer = node.pull(TOPIC, 0, 0);
        assertThat(texts(answer)).first().isEqualTo(large + 0);
        assertThat(answer.body().length()).isGreaterThan(100_000);
    }

    @Test
    void offsetsOutsideTheQueueAreTold() {
        assertThat(node.pull(TOPIC, 0, 0).code()).isEqualTo(ResponseCode.PULL_NOT_FOUND);
        Frame beyondEmpty = node.pull(TOPIC, 0, 5);
        assertThat(beyondEmpty.code()).isEqualTo(ResponseCode.PULL_OFFSET_MOVED);
        assertThat(header(beyondEmpty).nextBeginOffset()).isZero();

        node.send(TOPIC, 0, "a");
        assertThat(node.pull(TOPIC, 0, 1).code()).isEqualTo(ResponseCode.PULL_NOT_FOUND);
        Frame beyond = node.pull(TOPIC, 0, 7);
        assertThat(beyond.code()).isEqualTo(ResponseCode.PULL_OFFSET_MOVED);
        assertThat(header(beyond).nextBeginOffset()).isEqualTo(1);
        Frame below = node.pull(TOPIC, 0, -3);
        assertThat(below.code()).isEqualTo(ResponseCode.PULL_OFFSET_MOVED);
        assertThat(header(below).nextBeginOffset()).isZero();
    }

    @Test
    void aHeldPullIsAnsweredByTheNextMessage() {
        CompletableFuture<Frame> held = hold(0, "*");
        assertThat(held).isNotDone();
        node.send(TOPIC, 0, "hello");
        assertThat(texts(held.join())).containsExactly("hello");
    }

    @Test
    void aHeldPullSleepsThroughMessagesItDoesNotWant() {
        CompletableFuture<Frame> held = hold(0, "blue");
        node.send(TOPIC, 0, "no", "TAGS", "red");
        node.send(TOPIC, 0, "yes", "TAGS", "blue");
        Frame answer = held.join();
        assertThat(texts(answer)).containsExactly("yes");
        assertThat(header(answer).nextBeginOffset()).isEqualTo(2);
    }

    @Test
    void aHeldPullThatSawOnlyWhatItDoesNotWantEndsBehindThat() {
        CompletableFuture<Frame> held = node.begin(
                COMMANDS.request(RequestCode.PULL_MESSAGE, pull(TOPIC, 0, 0, "blue", Duration.ofSeconds(2))));
        node.send(TOPIC, 0, "no", "TAGS", "red");
        Frame answer = held.join();
        assertThat(answer.code()).isEqualTo(ResponseCode.PULL_RETRY_IMMEDIATELY);
        assertThat(header(answer).nextBeginOffset()).isEqualTo(1);
    }

    @Test
    void aHeldPullEndsWithNothingWhenItsTimeIsOver() {
        Frame answer = node.begin(
                        COMMANDS.request(RequestCode.PULL_MESSAGE, pull(TOPIC, 0, 0, "*", Duration.ofMillis(200))))
                .join();
        assertThat(answer.code()).isEqualTo(ResponseCode.PULL_NOT_FOUND);
        assertThat(header(answer).nextBeginOffset()).isZero();
    }

    @Test
    void heldPullsOfAConnectionThatEndsAreDropped() {
        RemotingClient leaver = node.connect(new RequestTable());
        node.begin(leaver, COMMANDS.request(RequestCode.PULL_MESSAGE, pull(TOPIC, 0, 0, "*", HOLD)));
        await().atMost(NativeNode.PATIENCE).until(() -> parked() == 1);
        leaver.close();
        await().atMost(NativeNode.PATIENCE).until(() -> parked() == 0);
    }

    private int parked() {
        return Integer.parseInt(NativeAdminTest.state(node).get("parkedReads"));
    }

    @Test
    void aHeldPullIsToldWhenItsTopicIsDeleted() {
        CompletableFuture<Frame> held = hold(0, "*");
        await().atMost(NativeNode.PATIENCE).until(() -> parked() == 1);
        node.ask(RequestCode.DELETE_TOPIC_IN_BROKER, new DeleteTopic(TOPIC));
        assertThat(held.join().code()).isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
    }

    @Test
    void filtersBySqlLetOnlyMatchingMessagesThrough() {
        node.send(TOPIC, 0, "cheap", "price", "3");
        node.send(TOPIC, 0, "dear", "price", "30");
        Frame answer = node.ask(RequestCode.PULL_MESSAGE, sql("price > 10"));
        assertThat(texts(answer)).containsExactly("dear");
        assertThat(header(answer).nextBeginOffset()).isEqualTo(2);

        Frame wrong = node.ask(RequestCode.PULL_MESSAGE, sql("price >"));
        assertThat(wrong.code()).isEqualTo(ResponseCode.SUBSCRIPTION_PARSE_FAILED);
    }

    private static PullMessage sql(String condition) {
        return new PullMessage(
                GROUP, TOPIC, 0, 0, 32, PullCommands.SYS_FLAG_SUBSCRIPTION, 0, 0, condition, 0, "SQL92", 0, 0, "");
    }

    @Test
    void readsThatMayNotBeAreRefusedWithTheirCodes() {
        assertThat(node.pull("Nowhere", 0, 0).code()).isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
        assertThat(node.pull(TOPIC, 9, 0).code()).isEqualTo(ResponseCode.INVALID_PARAMETER);
        assertThat(node.pull(TOPIC, -1, 0).code()).isEqualTo(ResponseCode.INVALID_PARAMETER);
        putTopic(1, 2);
        Frame unreadable = node.pull(TOPIC, 0, 0);
        assertThat(unreadable.code()).isEqualTo(ResponseCode.NO_PERMISSION);
        assertThat(COMMANDS.readAnswer(unreadable, PullCommands.ForbiddenAnswer.class)
                        .forbiddenType())
                .isEqualTo(3);
    }

    @Test
    void aGroupThatHasNotSaidWhatItWantsIsTold() {
        PullMessage unsaid = new PullMessage(GROUP, TOPIC, 0, 0, 32, 0, 0, 0, "", 0, "TAG", 0, 0, "");
        assertThat(node.ask(RequestCode.PULL_MESSAGE, unsaid).code()).isEqualTo(ResponseCode.SUBSCRIPTION_NOT_EXIST);
    }

    @Test
    void aPullMayCarryTheOffsetOfItsGroup() {
        for (int i = 0; i < 4; i++) {
            node.send(TOPIC, 0, "m" + i);
        }
        PullMessage committing = new PullMessage(
                GROUP,
                TOPIC,
                0,
                3,
                32,
                PullCommands.SYS_FLAG_SUBSCRIPTION | PullCommands.SYS_FLAG_COMMIT,
                3,
                0,
                "*",
                0,
                "TAG",
                0,
                0,
                "");
        node.ask(RequestCode.PULL_MESSAGE, committing);
        assertThat(committed()).isEqualTo(3);
    }

    private long committed() {
        Frame answer = node.ask(RequestCode.QUERY_CONSUMER_OFFSET, new QueryOffset(GROUP, TOPIC, 0, false));
        assertThat(answer.code()).as(answer.remark()).isZero();
        return COMMANDS.readAnswer(answer, OffsetAnswer.class).offset();
    }

    @Test
    void aGroupWithoutAnOffsetBeginsAtZeroWhileTheQueueIsYoungIfItLikes() {
        node.send(TOPIC, 0, "a");
        Frame young = node.ask(RequestCode.QUERY_CONSUMER_OFFSET, new QueryOffset(GROUP, TOPIC, 0, true));
        assertThat(COMMANDS.readAnswer(young, OffsetAnswer.class).offset()).isZero();
        Frame exact = node.ask(RequestCode.QUERY_CONSUMER_OFFSET, new QueryOffset(GROUP, TOPIC, 0, false));
        assertThat(exact.code()).isEqualTo(ResponseCode.QUERY_NOT_FOUND);
    }

    @Test
    void aResetSendsTheNextPullThereAndIgnoresCommitsUntilThen() {
        for (int i = 0; i < 4; i++) {
            node.send(TOPIC, 0, "m" + i);
        }
        UpdateOffset atEnd = new UpdateOffset(GROUP, TOPIC, 0, 4);
        assertThat(node.ask(RequestCode.UPDATE_CONSUMER_OFFSET, atEnd).code()).isZero();

        Frame reset =
                node.ask(RequestCode.INVOKE_BROKER_TO_RESET_OFFSET, new ResetOffset(GROUP, TOPIC, -1, -1, 0, true));
        assertThat(reset.code()).as(reset.remark()).isZero();
        assertThat(node.ask(RequestCode.UPDATE_CONSUMER_OFFSET, atEnd).remark()).contains("reset");
        assertThat(committed()).isZero();

        Frame moved = node.pull(TOPIC, 0, 4);
        assertThat(moved.code()).isEqualTo(ResponseCode.PULL_OFFSET_MOVED);
        assertThat(header(moved).nextBeginOffset()).isZero();
        assertThat(texts(node.pull(TOPIC, 0, 0))).containsExactly("m0", "m1", "m2", "m3");
        assertThat(node.ask(RequestCode.UPDATE_CONSUMER_OFFSET, atEnd).code()).isZero();
        assertThat(committed()).isEqualTo(4);
    }

    @Test
    void aResetEndsTheWaitOfAPullAndSendsItThere() {
        node.send(TOPIC, 0, "m0");
        CompletableFuture<Frame> waits = hold(1, "*");
        await().atMost(NativeNode.PATIENCE).until(() -> parked() == 1);
        assertThat(node.ask(RequestCode.INVOKE_BROKER_TO_RESET_OFFSET, new ResetOffset(GROUP, TOPIC, -1, -1, 0, true))
                        .code())
                .isZero();
        Frame moved = waits.join();
        assertThat(moved.code()).isEqualTo(ResponseCode.PULL_OFFSET_MOVED);
        assertThat(header(moved).nextBeginOffset()).isZero();
    }

    @Test
    void aResetOfAnotherGroupLeavesAPullWaiting() {
        node.send(TOPIC, 0, "m0");
        CompletableFuture<Frame> waits = hold(1, "*");
        await().atMost(NativeNode.PATIENCE).until(() -> parked() == 1);
        node.ask(RequestCode.INVOKE_BROKER_TO_RESET_OFFSET, new ResetOffset("others", TOPIC, -1, -1, 0, true));
        await().atMost(NativeNode.PATIENCE).until(() -> parked() == 1);
        node.send(TOPIC, 0, "m1");
        assertThat(texts(waits.join())).containsExactly("m1");
    }

    @Test
    void offsetsOfUnknownTopicsAndNegativeOnesAreRefused() {
        assertThat(node.ask(RequestCode.UPDATE_CONSUMER_OFFSET, new UpdateOffset(GROUP, "Nowhere", 0, 1))
                        .code())
                .isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
        assertThat(node.ask(RequestCode.UPDATE_CONSUMER_OFFSET, new UpdateOffset(GROUP, TOPIC, 0, -1))
                        .code())
                .isEqualTo(ResponseCode.INVALID_PARAMETER);
        assertThat(node.ask(RequestCode.UPDATE_CONSUMER_OFFSET, new UpdateOffset(GROUP, TOPIC, Integer.MAX_VALUE, 1))
                        .code())
                .as("queues that no topic can have take no memory")
                .isEqualTo(ResponseCode.INVALID_PARAMETER);
    }
}
