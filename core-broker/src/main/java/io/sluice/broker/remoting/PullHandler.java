package io.sluice.broker.remoting;

import io.sluice.broker.metrics.BrokerMetrics;
import io.sluice.broker.pull.GroupPull;
import io.sluice.broker.pull.GroupPulls;
import io.sluice.broker.pull.GroupPulls.Begun;
import io.sluice.broker.pull.GroupPulls.Denial;
import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import io.sluice.port.QueueReader.Fetched;
import io.sluice.port.QueueReader.Status;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.transport.Peer;
import io.sluice.wire.command.PullCommands;
import io.sluice.wire.command.PullCommands.ForbiddenAnswer;
import io.sluice.wire.command.PullCommands.PullAnswer;
import io.sluice.wire.command.PullCommands.PullMessage;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.message.MessageLayout;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Reading a queue by offset. An answer with messages is the log's own memory: it is let go when the last byte has been
 * written. A held pull is dropped when its connection ends.
 */
final class PullHandler {
    private static final int BYTES_USUAL = 256 * 1024;
    /** Held longer, clients give the answer up; they ask for 15 to 20 seconds. */
    private static final Duration HOLD_MAX = Duration.ofSeconds(60);

    private static final long READ_FROM_PRIMARY = 0;
    private static final int FORBIDDEN_GROUP = 2;
    private static final int FORBIDDEN_TOPIC = 3;
    private static final int FORBIDDEN_BROADCAST = 4;

    private final GroupPulls pulls;
    private final LateSubscriptions late;
    private final BrokerMetrics metrics;

    PullHandler(GroupPulls pulls, LateSubscriptions late, BrokerMetrics metrics) {
        this.pulls = pulls;
        this.late = late;
        this.metrics = metrics;
    }

    CompletionStage<Frame> pull(Frame request, Peer peer) {
        PullMessage command = Replies.COMMANDS.read(request, PullMessage.class);
        if (command.queueId() < 0) {
            return Replies.now(Replies.failed(
                    ResponseCode.INVALID_PARAMETER,
                    "queueId %d is illegal; queues are counted from 0".formatted(command.queueId())));
        }
        GroupPull pull = groupPull(command);
        Begun begun = pulls.pull(pull, peer::soon);
        if (begun instanceof Begun.Denied denied && denied.reason() == Denial.SUBSCRIPTION_OUTDATED) {
            return late.ask(pull.group(), peer)
                    .thenCompose(learned -> answer(command, learned ? pulls.pull(pull, peer::soon) : begun, peer));
        }
        return answer(command, begun, peer);
    }

    private CompletionStage<Frame> answer(PullMessage command, Begun begun, Peer peer) {
        if (begun instanceof Begun.Denied denied) {
            return Replies.now(denied(denied));
        }
        CompletableFuture<Fetched> fetched = ((Begun.Reading) begun).fetched();
        if (!fetched.isDone()) {
            OpenPulls.of(peer).add(fetched);
        }
        return fetched.handle((found, failure) -> failure == null ? answer(command, found) : ofFailure(failure));
    }

    private static GroupPull groupPull(PullMessage command) {
        int sysFlag = command.sysFlag();
        boolean commits = (sysFlag & PullCommands.SYS_FLAG_COMMIT) != 0;
        boolean mayWait = (sysFlag & PullCommands.SYS_FLAG_SUSPEND) != 0;
        boolean saysFilter = (sysFlag & PullCommands.SYS_FLAG_SUBSCRIPTION) != 0;
        return new GroupPull(
                new GroupName(command.consumerGroup()),
                new TopicName(command.topic()),
                command.queueId(),
                command.queueOffset(),
                Math.max(1, command.maxMsgNums()),
                command.maxMsgBytes() > 0 ? command.maxMsgBytes() : BYTES_USUAL,
                mayWait ? hold(command.suspendTimeoutMillis()) : Duration.ZERO,
                commits ? OptionalLong.of(command.commitOffset()) : OptionalLong.empty(),
                saysFilter
                        ? Optional.of(Subscriptions.filter(command.expressionType(), command.subscription()))
                        : Optional.empty(),
                command.subVersion());
    }

    private static Duration hold(long askedMs) {
        return Duration.ofMillis(Math.max(0, Math.min(askedMs, HOLD_MAX.toMillis())));
    }

    private Frame answer(PullMessage command, Fetched fetched) {
        List<ByteBuffer> slices = fetched.records().slices();
        FrameBody body = slices.isEmpty() ? FrameBody.NONE : FrameBody.slices(slices, fetched::close);
        metrics.read(command.topic(), command.consumerGroup(), count(slices), body.length());
        if (slices.isEmpty()) {
            fetched.close();
        }
        PullAnswer header = new PullAnswer(
                READ_FROM_PRIMARY,
                fetched.nextOffset(),
                fetched.range().min(),
                fetched.range().max(),
                0,
                0,
                0,
                0);
        return Frame.answer(codeOf(fetched.status()), remark(fetched.status()), header, body);
    }

    /** A slice holds one message after the other. */
    private static int count(List<ByteBuffer> slices) {
        int count = 0;
        for (ByteBuffer slice : slices) {
            for (int at = slice.position(); at < slice.limit(); at += slice.getInt(at + MessageLayout.TOTAL_SIZE)) {
                count++;
            }
        }
        return count;
    }

    private static int codeOf(Status status) {
        return switch (status) {
            case FOUND -> ResponseCode.SUCCESS;
            case NOTHING_YET -> ResponseCode.PULL_NOT_FOUND;
            case FILTERED_OUT -> ResponseCode.PULL_RETRY_IMMEDIATELY;
            case BEFORE_RANGE, AFTER_RANGE -> ResponseCode.PULL_OFFSET_MOVED;
        };
    }

    /** In the words of the protocol's tools. */
    private static String remark(Status status) {
        return switch (status) {
            case FOUND -> "FOUND";
            case NOTHING_YET -> "OFFSET_OVERFLOW_ONE";
            case FILTERED_OUT -> "NO_MATCHED_MESSAGE";
            case BEFORE_RANGE -> "OFFSET_TOO_SMALL";
            case AFTER_RANGE -> "OFFSET_OVERFLOW_BADLY";
        };
    }

    private static Frame denied(Begun.Denied denied) {
        return switch (denied.reason()) {
            case GROUP_UNKNOWN -> Replies.failed(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, denied.sentence());
            case GROUP_SWITCHED_OFF -> forbidden(FORBIDDEN_GROUP, denied.sentence());
            case TOPIC_UNKNOWN -> Replies.failed(ResponseCode.TOPIC_NOT_EXIST, denied.sentence());
            case BROADCAST_FORBIDDEN -> forbidden(FORBIDDEN_BROADCAST, denied.sentence());
            case NOT_SUBSCRIBED -> Replies.failed(ResponseCode.SUBSCRIPTION_NOT_EXIST, denied.sentence());
            case SUBSCRIPTION_OUTDATED -> Replies.failed(ResponseCode.SUBSCRIPTION_NOT_LATEST, denied.sentence());
            case SQL_SWITCHED_OFF -> Replies.failed(ResponseCode.SYSTEM_ERROR, denied.sentence());
        };
    }

    private static Frame forbidden(int type, String sentence) {
        return Replies.COMMANDS.answer(ResponseCode.NO_PERMISSION, sentence, new ForbiddenAnswer(type), FrameBody.NONE);
    }

    private static Frame ofFailure(Throwable failure) {
        Throwable cause = Replies.causeOf(failure);
        if (cause instanceof RefusedException refused) {
            if (refused.reason() == Refusal.NOT_READABLE) {
                return forbidden(FORBIDDEN_TOPIC, refused.getMessage());
            }
            if (refused.reason() == Refusal.ILLEGAL_ARGUMENT) {
                return Replies.failed(ResponseCode.SUBSCRIPTION_PARSE_FAILED, refused.getMessage());
            }
        }
        return Replies.ofFailure(failure);
    }
}
