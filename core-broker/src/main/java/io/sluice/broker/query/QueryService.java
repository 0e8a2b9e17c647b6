package io.sluice.broker.query;

import io.sluice.broker.topic.TopicTable;
import io.sluice.model.MessageId;
import io.sluice.model.TopicName;
import io.sluice.port.MessageLookup;
import io.sluice.port.Records;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.store.MessageStore;
import io.sluice.wire.message.MessageView;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/** Look-ups for doors, answered on a lane of their own because they may wait for the disk. Safe for many threads. */
public final class QueryService implements MessageLookup {
    /** Messages of one answer. */
    public static final int LIMIT_MAX = 64;

    private final MessageStore store;
    private final TopicTable topics;
    private final Executor lane;

    /** @param lane runs the look-ups; may reject them */
    public QueryService(MessageStore store, TopicTable topics, Executor lane) {
        this.store = Objects.requireNonNull(store, "store");
        this.topics = Objects.requireNonNull(topics, "topics");
        this.lane = Objects.requireNonNull(lane, "lane");
    }

    @Override
    public CompletionStage<Records> byKey(TopicName topic, String key, long fromMs, long toMs, int limit) {
        if (topics.find(topic).isEmpty()) {
            return refused(Refusal.NO_SUCH_TOPIC, "topic %s does not exist; create it first".formatted(topic));
        }
        if (limit < 1 || limit > LIMIT_MAX) {
            return refused(
                    Refusal.ILLEGAL_ARGUMENT, "limit %d is out of range; expected 1 to %d".formatted(limit, LIMIT_MAX));
        }
        return onLane(() -> store.byKey(topic.value(), key, fromMs, toMs, limit));
    }

    /** None also when a message lies there that has another id, as one of another broker may. */
    @Override
    public CompletionStage<Records> byId(MessageId id) {
        return onLane(() -> {
            Records found = store.recordAt(id.logOffset());
            if (found.slices().isEmpty()
                    || MessageView.of(found.slices().get(0)).messageId().equals(id)) {
                return found;
            }
            found.close();
            return Records.NONE;
        });
    }

    /** The message that begins at this byte of the log, or none. */
    public CompletionStage<Records> byLogOffset(long logOffset) {
        return onLane(() -> store.recordAt(logOffset));
    }

    private CompletionStage<Records> onLane(Supplier<Records> question) {
        CompletableFuture<Records> answer = new CompletableFuture<>();
        try {
            lane.execute(() -> {
                try {
                    Records found = question.get();
                    if (!answer.complete(found)) {
                        found.close();
                    }
                } catch (RuntimeException failed) {
                    answer.completeExceptionally(failed);
                }
            });
        } catch (RejectedExecutionException full) {
            return refused(Refusal.OVERLOADED, "too many look-ups wait (%s); try again".formatted(full.getMessage()));
        }
        return answer;
    }

    private static <T> CompletionStage<T> refused(Refusal reason, String sentence) {
        return CompletableFuture.failedFuture(new RefusedException(reason, sentence));
    }
}
