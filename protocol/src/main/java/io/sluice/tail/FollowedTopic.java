package io.sluice.tail;

import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.QueueReader;
import io.sluice.port.Tails.Tail;
import io.sluice.port.Tails.TailListener;
import io.sluice.port.TopicCatalog;
import io.sluice.port.TopicCatalog.TopicDescription;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One tail: describes its topic again and again and follows each queue that it has.
 *
 * <p>The queues of the first description are followed from their end, later ones from their beginning. A queue that is
 * gone is forgotten, so that its return counts as a new queue.
 */
final class FollowedTopic implements Tail {
    private static final Logger log = LoggerFactory.getLogger(FollowedTopic.class);

    private final TopicName topic;
    private final TailListener listener;
    private final QueueReader reader;
    private final TopicCatalog topics;
    private final Later later;
    private final TailPace pace;
    private final Consumer<FollowedTopic> onClose;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();

    /** Guarded by this object. */
    private final Map<MessageQueue, FollowedQueue> queues = new HashMap<>();
    /** Whether the topic has been described once. Guarded by this object. */
    private boolean described;

    private volatile boolean closed;

    FollowedTopic(
            TopicName topic,
            TailListener listener,
            QueueReader reader,
            TopicCatalog topics,
            Later later,
            TailPace pace,
            Consumer<FollowedTopic> onClose) {
        this.topic = topic;
        this.listener = listener;
        this.reader = reader;
        this.topics = topics;
        this.later = later;
        this.pace = pace;
        this.onClose = onClose;
    }

    void start() {
        describe();
    }

    @Override
    public CompletionStage<Void> ready() {
        return ready.copy();
    }

    private void describe() {
        if (closed) {
            return;
        }
        topics.describe(topic).whenComplete((description, failure) -> {
            if (failure != null) {
                log.debug("topic {} cannot be described now, tail goes on: {}", topic, failure.toString());
                later.run(pace.absentRefresh(), this::describe);
            } else {
                adopt(description);
                later.run(description.isPresent() ? pace.refresh() : pace.absentRefresh(), this::describe);
            }
        });
    }

    private void adopt(Optional<TopicDescription> description) {
        List<MessageQueue> present = description.map(TopicDescription::readable).orElse(List.of());
        List<FollowedQueue> added;
        boolean first;
        synchronized (this) {
            if (closed) {
                return;
            }
            first = !described;
            described = true;
            queues.values().removeIf(queue -> queue.forgetUnless(present));
            added = present.stream()
                    .filter(queue -> !queues.containsKey(queue))
                    .map(queue -> new FollowedQueue(queue, !first, listener, reader, later, pace, this::forget))
                    .toList();
            added.forEach(queue -> queues.put(queue.queue(), queue));
        }
        added.forEach(FollowedQueue::start);
        if (first) {
            CompletableFuture.allOf(
                            added.stream().map(FollowedQueue::positioned).toArray(CompletableFuture[]::new))
                    .thenRun(() -> ready.complete(null));
        }
    }

    private synchronized void forget(FollowedQueue gone) {
        queues.remove(gone.queue(), gone);
    }

    @Override
    public void close() {
        List<FollowedQueue> ended;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            ended = List.copyOf(queues.values());
            queues.clear();
        }
        ended.forEach(FollowedQueue::close);
        ready.cancel(false);
        onClose.accept(this);
    }
}
