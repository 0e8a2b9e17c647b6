package io.sluice.broker.timer;

import io.sluice.broker.topic.SystemTopics;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.port.Records;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.Timers;
import io.sluice.store.MessageStore;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.RecallHandle;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Answers questions about single messages that wait. Looks into the log, so it works on a lane of its own; the timer thread
 * only decides. Safe for many threads.
 */
public final class TimerDesk implements Timers {
    private static final int COPIES_MAX = 64;
    private static final int LOOKS_MAX = 3;

    private final TimerService timers;
    private final MessageStore store;
    private final Predicate<TopicName> topicExists;
    private final String brokerName;
    private final Executor lane;

    /** @param lane runs the look-ups; may reject them */
    public TimerDesk(
            TimerService timers,
            MessageStore store,
            Predicate<TopicName> topicExists,
            String brokerName,
            Executor lane) {
        this.timers = Objects.requireNonNull(timers, "timers");
        this.store = Objects.requireNonNull(store, "store");
        this.topicExists = Objects.requireNonNull(topicExists, "topicExists");
        this.brokerName = Objects.requireNonNull(brokerName, "brokerName");
        this.lane = Objects.requireNonNull(lane, "lane");
    }

    @Override
    public CompletionStage<Boolean> recall(TopicName topic, String handle) {
        RecallHandle wanted;
        try {
            requireTopic(topic);
            wanted = parse(handle);
            if (!wanted.topic().equals(topic) || !wanted.brokerName().equals(brokerName)) {
                throw new RefusedException(
                        Refusal.ILLEGAL_ARGUMENT,
                        "the recall handle is for topic %s on broker %s, this is topic %s on broker %s"
                                .formatted(wanted.topic(), wanted.brokerName(), topic, brokerName));
            }
        } catch (RefusedException refused) {
            return CompletableFuture.failedFuture(refused);
        }
        return recall(wanted, List.of(), 1);
    }

    private static RecallHandle parse(String handle) {
        try {
            return RecallHandle.parse(handle);
        } catch (IllegalArgumentException invalid) {
            throw new RefusedException(Refusal.ILLEGAL_ARGUMENT, invalid.getMessage());
        }
    }

    private void requireTopic(TopicName topic) {
        if (!topicExists.test(topic)) {
            throw new RefusedException(
                    Refusal.NO_SUCH_TOPIC, "topic %s does not exist on broker %s".formatted(topic, brokerName));
        }
    }

    /** The message may be written anew between the look and the decision; then it is looked for again. */
    private CompletionStage<Boolean> recall(RecallHandle wanted, List<TimerEntry> seen, int look) {
        return onLane(() -> copies(wanted)).thenCompose(copies -> {
            if (copies.isEmpty() || copies.equals(seen)) {
                return CompletableFuture.completedFuture(false);
            }
            return timers.recall(wanted.topic().value(), copies)
                    .thenCompose(done -> done || look == LOOKS_MAX
                            ? CompletableFuture.completedFuture(done)
                            : recall(wanted, copies, look + 1));
        });
    }

    /** Records of the message in the timer topic, newest first: one for each time that it was written. */
    private List<TimerEntry> copies(RecallHandle wanted) {
        List<TimerEntry> copies = new ArrayList<>();
        try (Records found = store.byKey(SystemTopics.TIMER, wanted.uniqueKey(), 0, Long.MAX_VALUE, COPIES_MAX)) {
            for (ByteBuffer slice : found.slices()) {
                MessageView message = MessageView.of(slice);
                if (wanted.topic().value().equals(message.property(PropertyNames.REAL_TOPIC))
                        && wanted.uniqueKey().equals(message.property(PropertyNames.UNIQUE_KEY))
                        && TimerRecords.dueAtMs(message) == wanted.dueAtMs()) {
                    copies.add(entry(message, slice));
                }
            }
        }
        return copies;
    }

    private static TimerEntry entry(MessageView message, ByteBuffer slice) {
        return new TimerEntry(
                TimerRecords.wakeAtMs(message),
                message.logOffset(),
                slice.remaining(),
                message.property(PropertyNames.REAL_TOPIC).hashCode());
    }

    @Override
    public CompletionStage<WaitingMessages> waiting(TopicName topic, int limit) {
        try {
            requireTopic(topic);
            if (limit < 1 || limit > LIMIT_MAX) {
                throw new RefusedException(
                        Refusal.ILLEGAL_ARGUMENT,
                        "limit %d is out of range; expected 1 to %d".formatted(limit, LIMIT_MAX));
            }
        } catch (RefusedException refused) {
            return CompletableFuture.failedFuture(refused);
        }
        return timers.view().thenCompose(view -> onLane(() -> {
                    try (view) {
                        return list(view, topic, limit);
                    }
                })
                .whenComplete((listed, failed) -> {
                    if (failed != null) {
                        view.close();
                    }
                }));
    }

    /**
     * Entries come by the time at which they are looked at, which for a message far away is before its delivery; so a later
     * entry can be due earlier, but never before its own time.
     */
    private WaitingMessages list(IndexView view, TopicName topic, int limit) {
        PriorityQueue<Waiting> earliest =
                new PriorityQueue<>(Comparator.comparingLong(Waiting::dueAtMs).reversed());
        int hash = topic.value().hashCode();
        for (TimerEntry entry : view.entries()) {
            if (earliest.size() == limit && entry.wakeAtMs() >= earliest.peek().dueAtMs()) {
                break;
            }
            if (!entry.isGone() && entry.topicHash() == hash) {
                find(topic, entry).ifPresent(earliest::add);
                if (earliest.size() > limit) {
                    earliest.poll();
                }
            }
        }
        List<Waiting> next = earliest.stream()
                .sorted(Comparator.comparingLong(Waiting::dueAtMs))
                .toList();
        long total = timers.status().waiting().getOrDefault(topic.value(), 0L);
        return new WaitingMessages(Math.max(total, next.size()), next);
    }

    private Optional<Waiting> find(TopicName topic, TimerEntry entry) {
        try (Records found = store.recordAt(entry.logOffset())) {
            return found.slices().stream()
                    .map(MessageView::of)
                    .filter(message -> topic.value().equals(message.property(PropertyNames.REAL_TOPIC)))
                    .map(message -> waiting(topic, message))
                    .findFirst();
        }
    }

    private Waiting waiting(TopicName topic, MessageView message) {
        String key = message.property(PropertyNames.UNIQUE_KEY);
        long dueAtMs = TimerRecords.dueAtMs(message);
        return new Waiting(
                dueAtMs,
                key == null ? "" : key,
                key == null ? "" : new RecallHandle(topic, brokerName, dueAtMs, key).text(),
                message.storedBody().remaining());
    }

    private <T> CompletionStage<T> onLane(Supplier<T> work) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            lane.execute(() -> {
                try {
                    answer.complete(work.get());
                } catch (RuntimeException failed) {
                    answer.completeExceptionally(failed);
                }
            });
        } catch (RejectedExecutionException full) {
            answer.completeExceptionally(new RefusedException(
                    Refusal.OVERLOADED, "too many look-ups wait (%s); try again".formatted(full.getMessage())));
        }
        return answer;
    }
}
