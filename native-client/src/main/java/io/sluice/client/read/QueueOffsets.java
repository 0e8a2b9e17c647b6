package io.sluice.client.read;

import io.sluice.client.link.ClusterLink;
import io.sluice.client.link.Refusals;
import io.sluice.model.GroupName;
import io.sluice.model.MessageQueue;
import io.sluice.port.OffsetRange;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.StoredOffsets;
import io.sluice.wire.command.NoFields;
import io.sluice.wire.command.OffsetCommands.Boundary;
import io.sluice.wire.command.OffsetCommands.GetMaxOffset;
import io.sluice.wire.command.OffsetCommands.GetMinOffset;
import io.sluice.wire.command.OffsetCommands.OffsetAnswer;
import io.sluice.wire.command.OffsetCommands.QueryOffset;
import io.sluice.wire.command.OffsetCommands.SearchOffset;
import io.sluice.wire.command.OffsetCommands.UpdateOffset;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.frame.ProtocolVersion;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Where queues begin and end, and how far groups have read them; any thread. Stages fail with {@code RefusedException}. */
public final class QueueOffsets {
    private final ClusterLink link;
    private final QueueLocator locator;
    private final Pulls pulls;

    public QueueOffsets(ClusterLink link, QueueLocator locator) {
        this.link = link;
        this.locator = locator;
        this.pulls = new Pulls(link, locator);
    }

    public CompletionStage<OffsetRange> range(MessageQueue queue) {
        return min(queue).thenCombine(max(queue), OffsetRange::new);
    }

    /** The next offset to be written. */
    public CompletionStage<Long> max(MessageQueue queue) {
        return ask(
                "end of " + queue,
                queue,
                RequestCode.GET_MAX_OFFSET,
                new GetMaxOffset(queue.topic().value(), queue.queueId(), true));
    }

    public CompletionStage<Long> min(MessageQueue queue) {
        return ask(
                "beginning of " + queue,
                queue,
                RequestCode.GET_MIN_OFFSET,
                new GetMinOffset(queue.topic().value(), queue.queueId()));
    }

    /** First offset stored at or after the instant; the end of the queue when all is older. */
    public CompletionStage<Long> storedAt(MessageQueue queue, long epochMs) {
        return answer(
                        "offset of %s at %d".formatted(queue, epochMs),
                        queue,
                        RequestCode.SEARCH_OFFSET_BY_TIMESTAMP,
                        new SearchOffset(queue.topic().value(), queue.queueId(), epochMs, Boundary.LOWER))
                .thenCompose(answer -> {
                    long offset = offsetIn(answer);
                    // Up to 5.1 brokers do not know of boundaries and name the nearest message.
                    return answer.version() >= ProtocolVersion.CURRENT
                            ? CompletableFuture.completedFuture(offset)
                            : range(queue)
                                    .thenCompose(range -> new TimeSearch(pulls, queue, epochMs, range).from(offset));
                });
    }

    private CompletionStage<Long> ask(String what, MessageQueue queue, int code, Record header) {
        return answer(what, queue, code, header).thenApply(QueueOffsets::offsetIn);
    }

    private CompletionStage<Frame> answer(String what, MessageQueue queue, int code, Record header) {
        return locator.forReading(queue).thenCompose(address -> link.ask(what, address, code, header));
    }

    private static long offsetIn(Frame answer) {
        return ClusterLink.header(answer, OffsetAnswer.class).offset();
    }

    /**
     * The offset stored for the group; empty when there is none.
     *
     * @param zeroIfYoung whether a queue that still has its first message counts as read up to 0 when nothing is stored
     */
    public CompletionStage<OptionalLong> committed(GroupName group, MessageQueue queue, boolean zeroIfYoung) {
        String what = "offset of group %s on %s".formatted(group, queue);
        Frame request = ClusterLink.request(
                RequestCode.QUERY_CONSUMER_OFFSET,
                new QueryOffset(group.value(), queue.topic().value(), queue.queueId(), zeroIfYoung),
                FrameBody.NONE);
        return locator.forReading(queue).thenCompose(address -> link.call(
                        address, request, link.config().requestTimeout())
                .<CompletionStage<OptionalLong>>handle((answer, failure) -> {
                    if (failure != null) {
                        throw ClusterLink.unavailable(what, failure);
                    }
                    if (answer.code() == ResponseCode.QUERY_NOT_FOUND) {
                        return CompletableFuture.completedFuture(OptionalLong.empty());
                    }
                    if (answer.code() != ResponseCode.SUCCESS) {
                        throw Refusals.of(what, address, answer);
                    }
                    long offset = offsetIn(answer);
                    boolean perhapsNone = offset == 0 && !zeroIfYoung && answer.version() < ProtocolVersion.V5_0_0;
                    return perhapsNone
                            ? inTable(what, address, group, queue)
                            : CompletableFuture.completedFuture(OptionalLong.of(offset));
                })
                .thenCompose(found -> found));
    }

    /** Brokers of 4.x say 0 of a young queue, whether it was stored or not; what is stored stands in their whole table. */
    private CompletionStage<OptionalLong> inTable(String what, String address, GroupName group, MessageQueue queue) {
        return link.ask(what, address, RequestCode.GET_ALL_CONSUMER_OFFSET, new NoFields())
                .thenApply(answer -> {
                    Long stored = Body.of(StoredOffsets.class, answer)
                            .offsetTable()
                            .getOrDefault(queue.topic() + "@" + group, Map.of())
                            .get(queue.queueId());
                    return stored == null ? OptionalLong.empty() : OptionalLong.of(stored);
                });
    }

    /** Stores the offset, whatever was stored before. */
    public CompletionStage<Void> store(GroupName group, MessageQueue queue, long offset) {
        return locator.forStoring(queue)
                .thenCompose(address -> link.ask(
                        "storing offset of group %s on %s".formatted(group, queue),
                        address,
                        RequestCode.UPDATE_CONSUMER_OFFSET,
                        update(group, queue, offset)))
                .thenApply(stored -> null);
    }

    private static UpdateOffset update(GroupName group, MessageQueue queue, long offset) {
        return new UpdateOffset(group.value(), queue.topic().value(), queue.queueId(), offset);
    }
}
