package io.sluice.broker.remoting;

import io.sluice.broker.topic.SystemTopics;
import io.sluice.broker.transaction.HalfEnd;
import io.sluice.broker.transaction.HalfEnd.Decision;
import io.sluice.broker.transaction.Transactions;
import io.sluice.model.GroupName;
import io.sluice.model.MessageId;
import io.sluice.port.HalfMessages;
import io.sluice.transport.Peer;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.command.TransactionCommands;
import io.sluice.wire.command.TransactionCommands.EndTransaction;
import io.sluice.wire.command.TransactionCommands.ResumeCheck;
import io.sluice.wire.frame.Frame;
import java.util.concurrent.CompletionStage;

/** What producers say of their half messages. Clients send it without waiting for an answer; there is one all the same. */
final class TransactionHandler {
    private final Transactions transactions;

    TransactionHandler(Transactions transactions) {
        this.transactions = transactions;
    }

    CompletionStage<Frame> end(Frame request, Peer peer) {
        EndTransaction command = Replies.COMMANDS.read(request, EndTransaction.class);
        Decision decision =
                switch (command.commitOrRollback()) {
                    case TransactionCommands.COMMIT -> Decision.COMMIT;
                    case TransactionCommands.ROLLBACK -> Decision.ROLLBACK;
                    default -> null;
                };
        if (decision == null) {
            // The producer does not know either; it is asked later.
            return Replies.now(Replies.done());
        }
        return Replies.now(answer(transactions.end(new HalfEnd(
                new GroupName(command.producerGroup()),
                command.tranStateTableOffset(),
                command.commitLogOffset(),
                decision))));
    }

    /** A tool wants the producer asked again about a half message that was given up. */
    CompletionStage<Frame> resume(Frame request, Peer peer) {
        ResumeCheck command = Replies.COMMANDS.read(request, ResumeCheck.class);
        MessageId id;
        try {
            id = MessageId.parse(command.msgId());
        } catch (IllegalArgumentException illegal) {
            return Replies.now(Replies.failed(ResponseCode.INVALID_PARAMETER, illegal.getMessage()));
        }
        return transactions
                .givenUp()
                .decide(id.logOffset(), HalfMessages.Decision.ASK)
                .handle((decided, failure) -> {
                    if (failure != null) {
                        return Replies.ofFailure(failure);
                    }
                    return decided == HalfMessages.Decided.DONE
                            ? Replies.done()
                            : Replies.failed(
                                    ResponseCode.SYSTEM_ERROR,
                                    "%s is no message of %s, or was decided on before"
                                            .formatted(command.msgId(), SystemTopics.CHECK_MAX_TIME));
                });
    }

    private static Frame answer(HalfEnd.Result result) {
        return switch (result) {
            case DONE, ENDED_BEFORE -> Replies.done();
            case NOT_FOUND ->
                Replies.failed(
                        ResponseCode.SYSTEM_ERROR, "no half message of this producer group lies at these offsets");
            case NOT_STORED ->
                Replies.failed(
                        ResponseCode.SYSTEM_ERROR, "the decision was not stored; the broker will ask for it again");
        };
    }
}
