package io.sluice.client.read;

import io.sluice.client.read.Pulls.Pull;
import io.sluice.client.read.Pulls.Pulled;
import io.sluice.client.route.BrokerAddresses;
import io.sluice.model.FilterExpression;
import io.sluice.model.MessageQueue;
import io.sluice.port.OffsetRange;
import io.sluice.port.QueueReader.Status;
import io.sluice.wire.message.MessageView;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The first message of a queue that was stored at or after an instant, found by reading single messages. Older brokers name
 * the one that was stored nearest to the instant, on either side; with that as the first guess two or three reads tell. Each
 * step narrows the range and begins when the one before has ended.
 */
final class TimeSearch {
    private final Pulls pulls;
    private final MessageQueue queue;
    private final long epochMs;

    /** All up to here is older. */
    private long older;
    /** Nothing from here on is older: the answer, once {@link #older} is next to it. */
    private long notOlder;

    private boolean olderSeen;
    private boolean notOlderSeen;
    private long stride = 1;

    TimeSearch(Pulls pulls, MessageQueue queue, long epochMs, OffsetRange range) {
        this.pulls = pulls;
        this.queue = queue;
        this.epochMs = epochMs;
        this.older = range.min() - 1;
        this.notOlder = range.max();
    }

    /** The end of the queue when all is older. Fails with {@code RefusedException}. */
    CompletionStage<Long> from(long guess) {
        if (notOlder - older <= 1) {
            return CompletableFuture.completedFuture(notOlder);
        }
        long offset = Math.max(older + 1, Math.min(notOlder - 1, guess));
        return pulls.pull(one(offset)).thenCompose(pulled -> {
            narrow(offset, pulled);
            return from(nextGuess());
        });
    }

    private Pull one(long offset) {
        return new Pull(
                queue,
                Pulls.TOOLS,
                offset,
                1,
                1,
                FilterExpression.ALL,
                Duration.ZERO,
                true,
                0,
                OptionalLong.empty(),
                BrokerAddresses.PRIMARY_ID);
    }

    private void narrow(long offset, Pulled pulled) {
        long last = lastOlder(offset, pulled);
        if (last < offset) {
            notOlder = offset;
            notOlderSeen = true;
        } else {
            older = Math.min(last, notOlder - 1);
            olderSeen = true;
        }
    }

    /** The last offset that is known to be older or gone; in front of {@code offset} when there is none from there on. */
    private long lastOlder(long offset, Pulled pulled) {
        if (pulled.status() == Status.FOUND && !pulled.slices().isEmpty()) {
            MessageView message = MessageView.of(pulled.slices().get(0));
            return message.storedAtMs() < epochMs ? message.queueOffset() : offset - 1;
        }
        return pulled.nextOffset() - 1;
    }

    /** Away from what was seen, in growing strides, until both sides have been; then in the middle. */
    private long nextGuess() {
        if (olderSeen && notOlderSeen) {
            return older + (notOlder - older) / 2;
        }
        long next = olderSeen ? older + stride : notOlder - stride;
        stride *= 2;
        return next;
    }
}
