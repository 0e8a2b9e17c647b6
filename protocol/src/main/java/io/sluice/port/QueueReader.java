package io.sluice.port;

import io.sluice.model.FilterExpression;
import io.sluice.model.MessageQueue;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionStage;

/** Reads a queue by offset without moving anyone's progress. */
public interface QueueReader {

    /**
     * Completes at once when something matches, or when the offset is outside the queue, or when entries were scanned and
     * none matched; else at the first arrival, or when {@code maxWait} is over.
     * Fails with {@link Refusal#NO_SUCH_TOPIC}, {@link Refusal#NO_SUCH_QUEUE}, {@link Refusal#NOT_READABLE} or
     * {@link Refusal#ILLEGAL_ARGUMENT} (a filter that does not parse).
     */
    CompletionStage<Fetched> fetch(FetchRequest request);

    CompletionStage<OffsetRange> range(MessageQueue queue);

    /** First queue offset stored at or after the instant; the range's max when all is older. */
    CompletionStage<Long> offsetAt(MessageQueue queue, long storedAtEpochMs);

    /**
     * @param maxMessages 1..; the broker may return fewer
     * @param maxBytes    soft bound in bytes; the first message is returned whatever its size
     * @param maxWait     zero: do not wait
     */
    record FetchRequest(
            MessageQueue queue,
            long fromOffset,
            int maxMessages,
            int maxBytes,
            FilterExpression filter,
            Duration maxWait) {
        public FetchRequest {
            Objects.requireNonNull(queue, "queue");
            Objects.requireNonNull(filter, "filter");
            Objects.requireNonNull(maxWait, "maxWait");
            if (maxMessages < 1 || maxBytes < 1) {
                throw new IllegalArgumentException(
                        "maxMessages %d and maxBytes %d must be at least 1".formatted(maxMessages, maxBytes));
            }
        }
    }

    /**
     * @param records    the messages found; close the whole when done
     * @param nextOffset where the next fetch starts, also when everything was filtered out
     * @param range      of the queue at the time of the answer
     */
    record Fetched(Status status, Records records, long nextOffset, OffsetRange range) implements AutoCloseable {
        @Override
        public void close() {
            records.close();
        }
    }

    /** How a fetch ended. */
    enum Status {
        /** At least one message. */
        FOUND,
        /** The offset is the end of the queue and nothing came in time. */
        NOTHING_YET,
        /** Messages were there, none passed the filter; continue at {@code nextOffset}. */
        FILTERED_OUT,
        /** The offset is older than what is kept; {@code nextOffset} is the first kept. */
        BEFORE_RANGE,
        /** The offset is beyond the end; {@code nextOffset} is the end. */
        AFTER_RANGE
    }
}
