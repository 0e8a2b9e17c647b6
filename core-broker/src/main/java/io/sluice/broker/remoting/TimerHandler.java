package io.sluice.broker.remoting;

import io.sluice.broker.timer.TimerService;
import io.sluice.model.TopicName;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.Timers;
import io.sluice.transport.Peer;
import io.sluice.wire.body.DataVersion;
import io.sluice.wire.body.TimerMetrics;
import io.sluice.wire.body.WaitingMessagesBody;
import io.sluice.wire.command.LeaseCommands.RefusedAnswer;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.command.SendCommands.RecallAnswer;
import io.sluice.wire.command.SendCommands.RecallMessage;
import io.sluice.wire.command.TimerCommands.ListTimed;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.message.RecallHandle;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/** Requests about messages that wait for their time. */
final class TimerHandler {
    private final TimerService service;
    private final Timers timers;
    private final InstantSource clock;

    TimerHandler(TimerService service, Timers timers, InstantSource clock) {
        this.service = service;
        this.timers = timers;
        this.clock = clock;
    }

    /** A sender calls a message back; one that does not wait any more is an operation that is not legal now. */
    CompletionStage<Frame> recall(Frame request, Peer peer) {
        RecallMessage command = Replies.COMMANDS.read(request, RecallMessage.class);
        return timers.recall(new TopicName(command.topic()), command.recallHandle())
                .handle((recalled, failure) -> {
                    if (failure != null) {
                        return ofRecallFailure(failure);
                    }
                    return recalled
                            ? Replies.found(
                                    new RecallAnswer(RecallHandle.parse(command.recallHandle())
                                            .uniqueKey()),
                                    FrameBody.NONE)
                            : Replies.failed(
                                    ResponseCode.ILLEGAL_OPERATION,
                                    "the message does not wait: it was delivered, or called back before");
                });
    }

    /** Clients know a handle that is none by the code of an operation that is not legal. */
    private static Frame ofRecallFailure(Throwable failure) {
        return Replies.causeOf(failure) instanceof RefusedException refused
                        && refused.reason() == Refusal.ILLEGAL_ARGUMENT
                ? Replies.COMMANDS.answer(
                        ResponseCode.ILLEGAL_OPERATION,
                        refused.getMessage(),
                        new RefusedAnswer(refused.reason().name()),
                        FrameBody.NONE)
                : Replies.ofFailure(failure);
    }

    /** The next messages of a topic to be delivered. */
    CompletionStage<Frame> list(Frame request, Peer peer) {
        ListTimed command = Replies.COMMANDS.read(request, ListTimed.class);
        return timers.waiting(new TopicName(command.topic()), command.limit()).handle((waiting, failure) -> {
            if (failure != null) {
                return Replies.ofFailure(failure);
            }
            return Replies.found(new WaitingMessagesBody(
                    waiting.total(),
                    waiting.next().stream()
                            .map(one -> new WaitingMessagesBody.Waiting(
                                    one.dueAtMs(), one.uniqueKey(), one.recallHandle(), one.bodyBytes()))
                            .toList()));
        });
    }

    /** How many wait, by topic. */
    CompletionStage<Frame> metrics(Frame request, Peer peer) {
        long now = clock.millis();
        Map<String, TimerMetrics.Metric> counts = new TreeMap<>();
        service.status().waiting().forEach((topic, count) -> counts.put(topic, new TimerMetrics.Metric(count, now)));
        return Replies.now(Replies.found(new TimerMetrics(counts, DataVersion.initial(now))));
    }
}
