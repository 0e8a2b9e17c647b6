package io.sluice.tail;

import io.sluice.model.TopicName;
import io.sluice.port.QueueReader;
import io.sluice.port.Tails;
import io.sluice.port.TopicCatalog;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tails made of fetches that wait at the end of each queue, one at a time per queue.
 *
 * <p>Safe for many threads; holds no thread of its own. What a listener is told, it is told on the thread that completed
 * the fetch. Closing ends every tail.
 */
public final class PolledTails implements Tails, AutoCloseable {
    private final QueueReader reader;
    private final TopicCatalog topics;
    private final Later later;
    private final TailPace pace;
    private final Set<FollowedTopic> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    public PolledTails(QueueReader reader, TopicCatalog topics, Later later, TailPace pace) {
        this.reader = Objects.requireNonNull(reader, "reader");
        this.topics = Objects.requireNonNull(topics, "topics");
        this.later = Objects.requireNonNull(later, "later");
        this.pace = Objects.requireNonNull(pace, "pace");
    }

    @Override
    public Tail follow(TopicName topic, TailListener listener) {
        FollowedTopic followed = new FollowedTopic(topic, listener, reader, topics, later, pace, open::remove);
        open.add(followed);
        if (closed) {
            followed.close();
        } else {
            followed.start();
        }
        return followed;
    }

    @Override
    public void close() {
        closed = true;
        List.copyOf(open).forEach(FollowedTopic::close);
    }
}
