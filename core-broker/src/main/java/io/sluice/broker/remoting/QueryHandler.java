package io.sluice.broker.remoting;

import io.sluice.broker.admin.QueueFacts;
import io.sluice.broker.group.GroupRegistry;
import io.sluice.broker.group.Subscription;
import io.sluice.broker.query.QueryService;
import io.sluice.filter.Filters;
import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import io.sluice.port.OffsetRange;
import io.sluice.port.Records;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.transport.Peer;
import io.sluice.wire.body.ConsumeQueueEntries;
import io.sluice.wire.command.QueryCommands.QueryConsumeQueue;
import io.sluice.wire.command.QueryCommands.QueryMessage;
import io.sluice.wire.command.QueryCommands.QueryMessageAnswer;
import io.sluice.wire.command.QueryCommands.ViewMessage;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.frame.Fields;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Finding messages by key or place, and looking into queues. */
final class QueryHandler {
    /** What a question for a client's message id answers at most, whatever number it names. */
    private static final int UNIQUE_KEY_LIMIT = 32;

    private static final int ENTRIES_MAX = 1024;

    private final QueryService queries;
    private final QueueFacts queues;
    private final GroupRegistry registry;
    private final Filters filters;
    private final InstantSource clock;

    QueryHandler(
            QueryService queries, QueueFacts queues, GroupRegistry registry, Filters filters, InstantSource clock) {
        this.queries = queries;
        this.queues = queues;
        this.registry = registry;
        this.filters = filters;
        this.clock = clock;
    }

    CompletionStage<Frame> byKey(Frame request, Peer peer) {
        QueryMessage command = Replies.COMMANDS.read(request, QueryMessage.class);
        int limit = command.uniqueKeyQuery()
                ? UNIQUE_KEY_LIMIT
                : Math.max(1, Math.min(command.maxNum(), QueryService.LIMIT_MAX));
        return queries.byKey(
                        new TopicName(command.topic()),
                        command.key(),
                        command.beginTimestamp(),
                        command.endTimestamp(),
                        limit)
                .handle((found, failure) -> failure == null ? found(command, found) : notFound(command, failure));
    }

    private Frame found(QueryMessage command, Records found) {
        QueryMessageAnswer header = new QueryMessageAnswer(clock.millis(), 0);
        if (found.slices().isEmpty()) {
            found.close();
            return nothing(command, header);
        }
        return Replies.found(header, FrameBody.slices(found.slices(), found::close));
    }

    private static Frame nothing(QueryMessage command, QueryMessageAnswer header) {
        return Replies.COMMANDS.answer(
                ResponseCode.QUERY_NOT_FOUND,
                "can not find message, maybe time range not correct: topic %s".formatted(command.topic()),
                header,
                FrameBody.NONE);
    }

    private Frame notFound(QueryMessage command, Throwable failure) {
        Throwable cause = Replies.causeOf(failure);
        return cause instanceof RefusedException refused && refused.reason() == Refusal.NO_SUCH_TOPIC
                ? nothing(command, new QueryMessageAnswer(clock.millis(), 0))
                : Replies.ofFailure(failure);
    }

    CompletionStage<Frame> byOffset(Frame request, Peer peer) {
        ViewMessage command = Replies.COMMANDS.read(request, ViewMessage.class);
        return queries.byLogOffset(command.offset()).thenApply(found -> {
            if (found.slices().isEmpty()) {
                found.close();
                return Replies.failed(
                        ResponseCode.SYSTEM_ERROR,
                        "can not find message by the offset, %d".formatted(command.offset()));
            }
            return Frame.answer(ResponseCode.SUCCESS, "", Fields.NONE, FrameBody.slices(found.slices(), found::close));
        });
    }

    /** Entries of a queue as they are kept, with what the group's filter makes of them. */
    CompletionStage<Frame> entries(Frame request, Peer peer) {
        QueryConsumeQueue command = Replies.COMMANDS.read(request, QueryConsumeQueue.class);
        OffsetRange range = queues.range(command.topic(), command.queueId());
        Optional<Subscription> wants = wants(command);
        List<ConsumeQueueEntries.Entry> entries = new ArrayList<>();
        queues.entries(
                command.topic(),
                command.queueId(),
                command.index(),
                Math.max(1, Math.min(command.count(), ENTRIES_MAX)),
                (offset, logOffset, size, tagHash) -> {
                    boolean passes = wants.map(
                                    wanted -> filters.compile(wanted.filter()).mayMatchTagHash(tagHash))
                            .orElse(false);
                    return entries.add(new ConsumeQueueEntries.Entry(logOffset, size, tagHash, "", "", passes, ""));
                });
        return Replies.now(Replies.found(
                new ConsumeQueueEntries(wants.map(Subscriptions::data), "", entries, range.min(), range.max())));
    }

    private Optional<Subscription> wants(QueryConsumeQueue command) {
        return command.consumerGroup().isEmpty()
                ? Optional.empty()
                : registry.consumers(new GroupName(command.consumerGroup()))
                        .map(group -> group.wants().get(new TopicName(command.topic())));
    }
}
