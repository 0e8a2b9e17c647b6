package io.sluice.broker;

import static io.sluice.broker.NativeNode.COMMANDS;
import static io.sluice.broker.NativeNode.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.transport.RemotingClient;
import io.sluice.transport.RequestTable;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.SettleAnswerBody;
import io.sluice.wire.body.SettleAnswerBody.Result;
import io.sluice.wire.body.SettleRequestBody;
import io.sluice.wire.body.SettleRequestBody.Kind;
import io.sluice.wire.body.SettleRequestBody.Settle;
import io.sluice.wire.body.UnitRequestBody;
import io.sluice.wire.command.LeaseCommands.FilterType;
import io.sluice.wire.command.LeaseCommands.Lease;
import io.sluice.wire.command.LeaseCommands.LeaseAnswer;
import io.sluice.wire.command.LeaseCommands.Lent;
import io.sluice.wire.command.LeaseCommands.Ordering;
import io.sluice.wire.command.LeaseCommands.RefusedAnswer;
import io.sluice.wire.command.LeaseCommands.Start;
import io.sluice.wire.command.NoFields;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.frame.Frame;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leases over the native door, as Sluice's own client asks for them. */
class NativeLeaseTest {
    private static final String TOPIC = "Jobs";

    @TempDir
    Path directory;

    private NativeNode node;

    @BeforeEach
    void open() throws IOException {
        node = NativeNode.in(directory);
        node.send(TOPIC, 0, "dig", "TAGS", "garden");
        node.send(TOPIC, 0, "paint", "TAGS", "house");
    }

    @AfterEach
    void close() {
        node.close();
    }

    private static Lease lease(String topic, String ownTags, long waitMs) {
        return new Lease(
                "crew",
                topic,
                FilterType.TAG,
                "*",
                FilterType.TAG,
                ownTags,
                10,
                60_000,
                waitMs,
                Start.FIRST,
                Ordering.NONE,
                0,
                false);
    }

    private static Lease inRuns(int max) {
        return new Lease(
                "crew",
                TOPIC,
                FilterType.TAG,
                "*",
                FilterType.TAG,
                "*",
                max,
                60_000,
                0,
                Start.FIRST,
                Ordering.NONE,
                0,
                true);
    }

    private static List<Lent> lent(Frame answer) {
        assertThat(answer.code()).as(answer.remark()).isZero();
        return COMMANDS.readAnswer(answer, LeaseAnswer.class).lent();
    }

    private List<Result> settle(Settle... settlements) {
        Frame answer =
                node.ask(RequestCode.SETTLE, new NoFields(), new SettleRequestBody(List.of(settlements)).toFrameBody());
        return Body.of(SettleAnswerBody.class, answer).settled().stream()
                .map(SettleAnswerBody.Settled::result)
                .toList();
    }

    @Test
    void messagesAreLentWithTheirReceiptsAndSettledByThem() {
        Frame first = node.ask(RequestCode.LEASE, lease(TOPIC, "house", 0));
        assertThat(texts(first)).containsExactly("paint");
        Lent paint = lent(first).get(0);
        assertThat(paint.attempt()).isEqualTo(1);
        assertThat(paint.leaseUntilMs()).isGreaterThan(System.currentTimeMillis());
        Frame second = node.ask(RequestCode.LEASE, lease(TOPIC, "*", 0));
        assertThat(texts(second)).containsExactly("dig");
        Lent dig = lent(second).get(0);

        assertThat(settle(
                        new Settle(Kind.ACK, paint.receipt(), 0, ""),
                        new Settle(Kind.ACK, "nonsense", 0, ""),
                        new Settle(Kind.RELEASE, dig.receipt(), 0, "")))
                .containsExactly(Result.DONE, Result.NOT_A_RECEIPT, Result.DONE);

        Frame third = node.ask(RequestCode.LEASE, lease(TOPIC, "*", 5000));
        assertThat(texts(third)).containsExactly("dig");
        assertThat(lent(third).get(0).attempt()).isEqualTo(2);
    }

    @Test
    void whoUnderstandsRunsGetsOneReceiptForMessagesLentTogetherAndSettlesThemByIt() {
        node.send(TOPIC, 0, "sweep");
        Frame answer = node.ask(RequestCode.LEASE, inRuns(10));
        assertThat(texts(answer)).containsExactly("dig", "paint", "sweep");
        assertThat(lent(answer)).hasSize(1);
        Lent run = lent(answer).get(0);
        assertThat(run.records()).isEqualTo(3);
        assertThat(settle(new Settle(Kind.RELEASE, run.receipt() + "~1", 60_000, "")))
                .containsExactly(Result.DONE);
        Frame settled = node.ask(
                RequestCode.SETTLE,
                new NoFields(),
                new SettleRequestBody(List.of(
                                new Settle(Kind.ACK, run.receipt() + "~0", 0, "", 3),
                                new Settle(Kind.ACK, run.receipt() + "~2", 0, "")))
                        .toFrameBody());
        assertThat(Body.of(SettleAnswerBody.class, settled).settled())
                .containsExactly(
                        new SettleAnswerBody.Settled(run.receipt() + "~0", Result.DONE, 0, 1),
                        new SettleAnswerBody.Settled(run.receipt() + "~1", Result.LEASE_OVER, 0, 1),
                        new SettleAnswerBody.Settled(run.receipt() + "~2", Result.DONE, 0, 1),
                        new SettleAnswerBody.Settled(run.receipt() + "~2", Result.DONE, 0));
    }

    @Test
    void moreSettlementsThanOneRequestMayHaveAreRefusedBeforeTheyAreMade() {
        for (Settle tooMuch : List.of(
                new Settle(Kind.ACK, "r~0", 0, "", Integer.MAX_VALUE), new Settle(Kind.RELEASE, "r~0", 0, "", 2))) {
            Frame answer =
                    node.ask(RequestCode.SETTLE, new NoFields(), new SettleRequestBody(List.of(tooMuch)).toFrameBody());
            assertThat(COMMANDS.readAnswer(answer, RefusedAnswer.class).refusal())
                    .isEqualTo("ILLEGAL_ARGUMENT");
        }
    }

    @Test
    void aUnitSettlesMessagesLentTogetherByTheirOneReceipt() {
        Lent run = lent(node.ask(RequestCode.LEASE, inRuns(2))).get(0);
        assertThat(run.records()).isEqualTo(2);
        assertThat(commit(new Settle(Kind.RELEASE, run.receipt() + "~0", 0, "", 2))
                        .code())
                .isNotZero();
        assertThat(commit(new Settle(Kind.ACK, run.receipt() + "~0", 0, "", Integer.MAX_VALUE))
                        .code())
                .isNotZero();
        Frame committed = commit(new Settle(Kind.ACK, run.receipt() + "~0", 0, "", 2));
        assertThat(committed.code()).as(committed.remark()).isZero();
        assertThat(settle(new Settle(Kind.RELEASE, run.receipt() + "~1", 0, "")))
                .containsExactly(Result.LEASE_OVER);
    }

    private Frame commit(Settle settled) {
        return node.ask(
                RequestCode.COMMIT_UNIT,
                new NoFields(),
                new UnitRequestBody("", List.of(), List.of(settled)).with(List.of()));
    }

    @Test
    void nothingToLendIsAnEmptyAnswer() {
        Frame answer = node.ask(RequestCode.LEASE, lease(TOPIC, "roof", 0));
        assertThat(lent(answer)).isEmpty();
        assertThat(answer.body().length()).isZero();
    }

    @Test
    void aQuestionThatIsTurnedDownSaysWhyInTheWordsOfThePort() {
        Frame unknown = node.ask(RequestCode.LEASE, lease("Nowhere", "*", 0));
        assertThat(unknown.code()).isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
        assertThat(COMMANDS.readAnswer(unknown, RefusedAnswer.class).refusal()).isEqualTo("NO_SUCH_TOPIC");
        assertThat(unknown.remark()).contains("Nowhere");
        Frame illegal = node.ask(
                RequestCode.LEASE,
                new Lease(
                        "crew",
                        TOPIC,
                        FilterType.TAG,
                        "*",
                        FilterType.SQL92,
                        "a >",
                        10,
                        1000,
                        0,
                        Start.FIRST,
                        Ordering.NONE,
                        0,
                        false));
        assertThat(COMMANDS.readAnswer(illegal, RefusedAnswer.class).refusal()).isEqualTo("ILLEGAL_ARGUMENT");
        Frame none = node.ask(
                RequestCode.LEASE,
                new Lease(
                        "crew",
                        TOPIC,
                        FilterType.TAG,
                        "*",
                        FilterType.TAG,
                        "*",
                        0,
                        1000,
                        0,
                        Start.FIRST,
                        Ordering.NONE,
                        0,
                        false));
        assertThat(COMMANDS.readAnswer(none, RefusedAnswer.class).refusal()).isEqualTo("ILLEGAL_ARGUMENT");
    }

    @Test
    void whatWouldBeLentToAConnectionThatHasEndedGoesToTheNext() {
        node.ask(RequestCode.LEASE, lease(TOPIC, "*", 0));
        RemotingClient leaver = node.connect(new RequestTable());
        node.begin(leaver, COMMANDS.request(RequestCode.LEASE, lease(TOPIC, "*", 20_000)));
        await().atMost(NativeNode.PATIENCE).until(() -> leaver.isConnected(node.address()));
        leaver.close();
        node.send(TOPIC, 0, "late");

        await().atMost(NativeNode.PATIENCE).until(() -> texts(node.ask(RequestCode.LEASE, lease(TOPIC, "*", 0)))
                .equals(List.of("late")));
    }
}
