package io.sluice.client.read;

import io.sluice.client.link.ClusterLink;
import io.sluice.client.link.Refusals;
import io.sluice.client.route.BrokerAddresses;
import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.MessageQueue;
import io.sluice.port.OffsetRange;
import io.sluice.port.QueueReader.Status;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.wire.body.SubscriptionData;
import io.sluice.wire.command.PullCommands;
import io.sluice.wire.command.PullCommands.PullAnswer;
import io.sluice.wire.command.PullCommands.PullMessage;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Reads messages from an offset on; any thread. Request 11, see docs/doors/remoting.md. */
public final class Pulls {
    /** A group that every broker has, for reading that belongs to no group of the application. */
    public static final GroupName TOOLS = new GroupName("TOOLS_CONSUMER");

    /** What the answer may take longer than the broker was asked to hold it. */
    private static final Duration GRACE = Duration.ofSeconds(15);

    private final ClusterLink link;
    private final QueueLocator locator;

    public Pulls(ClusterLink link, QueueLocator locator) {
        this.link = link;
        this.locator = locator;
    }

    /**
     * @param group        on whose behalf: the broker checks its rights
     * @param filter       what is wanted
     * @param maxWait         how long the broker may hold the answer; zero: not at all
     * @param subscription whether the filter travels with the pull, or the one of the last heartbeat counts
     * @param subVersion   of the filter, epoch ms
     * @param commit       an offset to store for the group on the way
     * @param brokerId     which of the brokers of the queue's name to ask
     */
    public record Pull(
            MessageQueue queue,
            GroupName group,
            long offset,
            int maxMessages,
            int maxBytes,
            FilterExpression filter,
            Duration maxWait,
            boolean subscription,
            long subVersion,
            OptionalLong commit,
            long brokerId) {}

    /**
     * @param slices            the records found, on the heap
     * @param suggestedBrokerId whom to ask next
     */
    public record Pulled(
            Status status, List<ByteBuffer> slices, long nextOffset, OffsetRange range, long suggestedBrokerId) {}

    /** Fails with {@link RefusedException}. */
    public CompletionStage<Pulled> pull(Pull pull) {
        CompletableFuture<Pulled> result = new CompletableFuture<>();
        locator.forReading(pull.queue(), pull.brokerId()).whenComplete((address, noAddress) -> {
            if (noAddress != null) {
                result.completeExceptionally(ClusterLink.causeOf(noAddress));
                return;
            }
            Duration timeout = pull.maxWait().plus(GRACE);
            link.call(address, request(pull), timeout).whenComplete((answer, failure) -> {
                try {
                    result.complete(read(pull, address, answer, failure));
                } catch (RuntimeException refused) {
                    result.completeExceptionally(refused);
                }
            });
        });
        return result;
    }

    private static Frame request(Pull pull) {
        boolean toPrimary = pull.brokerId() == BrokerAddresses.PRIMARY_ID;
        int sysFlag = (toPrimary && pull.commit().isPresent() ? PullCommands.SYS_FLAG_COMMIT : 0)
                | (pull.maxWait().isZero() ? 0 : PullCommands.SYS_FLAG_SUSPEND)
                | (pull.subscription() ? PullCommands.SYS_FLAG_SUBSCRIPTION : 0);
        return ClusterLink.request(
                RequestCode.PULL_MESSAGE,
                new PullMessage(
                        pull.group().value(),
                        pull.queue().topic().value(),
                        pull.queue().queueId(),
                        pull.offset(),
                        pull.maxMessages(),
                        sysFlag,
                        pull.commit().orElse(0),
                        pull.maxWait().toMillis(),
                        pull.subscription() ? pull.filter().toString() : "",
                        pull.subVersion(),
                        typeOf(pull.filter()),
                        pull.maxBytes(),
                        0,
                        ""),
                FrameBody.NONE);
    }

    /** How the protocol calls the kind of the filter. */
    public static String typeOf(FilterExpression filter) {
        return filter instanceof FilterExpression.Sql ? SubscriptionData.SQL92 : SubscriptionData.TAG;
    }

    private Pulled read(Pull pull, String address, Frame answer, Throwable failure) {
        String what = "messages of " + pull.queue();
        if (failure != null) {
            locator.suspect(pull.queue());
            throw ClusterLink.unavailable(what, failure);
        }
        return switch (answer.code()) {
            case ResponseCode.SUCCESS -> pulled(Status.FOUND, answer, RecordSlices.of(answer, address));
            case ResponseCode.PULL_NOT_FOUND -> nothing(pull, answer);
            case ResponseCode.PULL_RETRY_IMMEDIATELY -> pulled(Status.FILTERED_OUT, answer, List.of());
            case ResponseCode.PULL_OFFSET_MOVED -> moved(pull, answer);
            default -> {
                if (answer.code() == ResponseCode.TOPIC_NOT_EXIST) {
                    locator.denied(pull.queue());
                }
                throw refused(what, address, answer);
            }
        };
    }

    /** The end of the queue; or a hole in it, behind which reading goes on. */
    private static Pulled nothing(Pull pull, Frame answer) {
        Pulled pulled = pulled(Status.NOTHING_YET, answer, List.of());
        return pulled.nextOffset() > pull.offset() ? pulled(Status.FILTERED_OUT, answer, List.of()) : pulled;
    }

    private static Pulled moved(Pull pull, Frame answer) {
        long next = ClusterLink.header(answer, PullAnswer.class).nextBeginOffset();
        return pulled(next > pull.offset() ? Status.BEFORE_RANGE : Status.AFTER_RANGE, answer, List.of());
    }

    private static Pulled pulled(Status status, Frame answer, List<ByteBuffer> slices) {
        PullAnswer header = ClusterLink.header(answer, PullAnswer.class);
        return new Pulled(
                status,
                slices,
                header.nextBeginOffset(),
                new OffsetRange(header.minOffset(), header.maxOffset()),
                header.suggestWhichBrokerId());
    }

    private static RefusedException refused(String what, String address, Frame answer) {
        RefusedException refused = Refusals.of(what, address, answer);
        boolean forbidsReading = answer.code() == ResponseCode.NO_PERMISSION
                && Refusals.named(answer).isEmpty()
                && answer.fields().find("forbiddenType").filter("3"::equals).isPresent();
        return forbidsReading ? new RefusedException(Refusal.NOT_READABLE, refused.getMessage()) : refused;
    }
}
