package io.sluice.broker.remoting;

import io.sluice.model.IllegalNameException;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.wire.body.Body;
import io.sluice.wire.command.CommandTable;
import io.sluice.wire.command.LeaseCommands.RefusedAnswer;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.frame.Fields;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Answers that many handlers give, and the response code of each refusal. */
final class Replies {
    static final CommandTable COMMANDS = CommandTable.STANDARD;

    private Replies() {}

    static Frame done() {
        return Frame.answer(ResponseCode.SUCCESS, "");
    }

    static Frame found(Body body) {
        return Frame.answer(ResponseCode.SUCCESS, "", Fields.NONE, body.toFrameBody());
    }

    static Frame found(Record header, FrameBody body) {
        return COMMANDS.answer(ResponseCode.SUCCESS, "", header, body);
    }

    static Frame failed(int code, String remark) {
        return Frame.answer(code, remark);
    }

    static CompletionStage<Frame> now(Frame answer) {
        return CompletableFuture.completedFuture(answer);
    }

    static Frame refused(RefusedException refused) {
        return refused(refused.reason(), refused.getMessage());
    }

    /** The code for every client, and beside it the refusal itself for those that know its name. */
    static Frame refused(Refusal reason, String sentence) {
        return COMMANDS.answer(codeOf(reason), sentence, new RefusedAnswer(reason.name()), FrameBody.NONE);
    }

    /** As clients know it; which of them a producer tries again is in their table of codes. */
    private static int codeOf(Refusal reason) {
        return switch (reason) {
            case NO_SUCH_TOPIC -> ResponseCode.TOPIC_NOT_EXIST;
            case NO_SUCH_QUEUE, ILLEGAL_ARGUMENT -> ResponseCode.INVALID_PARAMETER;
            case NO_SUCH_GROUP -> ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST;
            case TOO_LARGE, TOO_FAR_AWAY, NOT_SUPPORTED -> ResponseCode.MESSAGE_ILLEGAL;
            case NOT_WRITABLE, NOT_READABLE, FORBIDDEN -> ResponseCode.NO_PERMISSION;
            case DISK_FULL, UNAVAILABLE -> ResponseCode.SERVICE_NOT_AVAILABLE;
            case OVERLOADED -> ResponseCode.SYSTEM_BUSY;
        };
    }

    /** What a stage failed with, without the wrapping that stages add. */
    static Throwable causeOf(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** The answer to a question that failed for a reason that has a code; other failures are thrown on. */
    static Frame ofFailure(Throwable failure) {
        Throwable cause = causeOf(failure);
        if (cause instanceof RefusedException refused) {
            return refused(refused);
        }
        if (cause instanceof IllegalNameException illegal) {
            return failed(ResponseCode.INVALID_PARAMETER, illegal.getMessage());
        }
        if (cause instanceof CancellationException) {
            return failed(ResponseCode.SYSTEM_ERROR, "nobody waits for this answer any more");
        }
        throw cause instanceof RuntimeException unchecked ? unchecked : new CompletionException(cause);
    }
}
