package io.sluice.client.remote;

import io.sluice.client.link.ClientClock;
import io.sluice.client.link.ClusterLink;
import io.sluice.client.read.Pulls;
import io.sluice.client.read.Pulls.Pull;
import io.sluice.client.read.Pulls.Pulled;
import io.sluice.client.read.QueueOffsets;
import io.sluice.client.route.BrokerAddresses;
import io.sluice.model.FilterExpression;
import io.sluice.model.MessageQueue;
import io.sluice.port.Hold;
import io.sluice.port.OffsetRange;
import io.sluice.port.QueueReader;
import io.sluice.port.Records;
import io.sluice.wire.message.MessageView;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Reads by offset, in the name of the group that every broker has for tools. A wait longer than
 * {@link #LONGEST_HOLD} is made of several pulls.
 */
final class RemoteReader implements QueueReader {
    private static final Duration LONGEST_HOLD = Duration.ofSeconds(15);

    private static final Duration PAUSE = Duration.ofMillis(50);

    private final Pulls pulls;
    private final QueueOffsets offsets;
    private final ClientClock clock;

    RemoteReader(Pulls pulls, QueueOffsets offsets, ClientClock clock) {
        this.clock = clock;
        this.pulls = pulls;
        this.offsets = offsets;
    }

    @Override
    public CompletionStage<Fetched> fetch(FetchRequest request) {
        return fetch(request, System.nanoTime() + request.maxWait().toNanos());
    }

    private CompletionStage<Fetched> fetch(FetchRequest request, long deadlineNanos) {
        Duration left = Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime()));
        Duration hold = left.compareTo(LONGEST_HOLD) < 0 ? left : LONGEST_HOLD;
        return pulls.pull(pull(request, hold)).thenCompose(pulled -> {
            boolean askAgain = pulled.status() == Status.NOTHING_YET && deadlineNanos - System.nanoTime() > 0;
            return askAgain
                    ? fetchLater(request, deadlineNanos)
                    : CompletableFuture.completedFuture(fetched(request, pulled));
        });
    }

    /** After a short pause: a broker that does not hold the answer must not be asked without end. */
    private CompletionStage<Fetched> fetchLater(FetchRequest request, long deadlineNanos) {
        CompletableFuture<Fetched> fetched = new CompletableFuture<>();
        clock.after(PAUSE, () -> fetch(request, deadlineNanos).whenComplete((answer, failure) -> {
            if (failure == null) {
                fetched.complete(answer);
            } else {
                fetched.completeExceptionally(ClusterLink.causeOf(failure));
            }
        }));
        return fetched;
    }

    private static Pull pull(FetchRequest request, Duration hold) {
        return new Pull(
                request.queue(),
                Pulls.TOOLS,
                request.fromOffset(),
                request.maxMessages(),
                request.maxBytes(),
                request.filter(),
                // The wire counts whole milliseconds, and 0 would mean not to wait at all.
                hold.isZero() ? hold : Duration.ofMillis(Math.max(1, hold.toMillis())),
                true,
                0,
                OptionalLong.empty(),
                BrokerAddresses.PRIMARY_ID);
    }

    private static Fetched fetched(FetchRequest request, Pulled pulled) {
        long nowMs = System.currentTimeMillis();
        List<ByteBuffer> wanted = pulled.slices().stream()
                .filter(slice -> isWanted(request.filter(), MessageView.of(slice), nowMs))
                .toList();
        boolean nothingLeft = pulled.status() == Status.FOUND && wanted.isEmpty();
        return new Fetched(
                nothingLeft ? Status.FILTERED_OUT : pulled.status(),
                new Records(wanted, Hold.NONE),
                pulled.nextOffset(),
                pulled.range());
    }

    /** Brokers compare tags by hash only, and those of another make do not know that messages can be over. */
    private static boolean isWanted(FilterExpression filter, MessageView view, long nowMs) {
        return PopLeases.isWanted(filter, view) && !PopLeases.isOver(view, nowMs);
    }

    @Override
    public CompletionStage<OffsetRange> range(MessageQueue queue) {
        return offsets.range(queue);
    }

    @Override
    public CompletionStage<Long> offsetAt(MessageQueue queue, long storedAtEpochMs) {
        return offsets.storedAt(queue, storedAtEpochMs);
    }
}
