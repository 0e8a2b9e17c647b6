package io.sluice.mqtt.deliver;

import io.sluice.model.FilterExpression;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.BrokerPort;
import io.sluice.port.QueueReader.FetchRequest;
import io.sluice.port.QueueReader.Status;
import io.sluice.port.Records;
import io.sluice.port.RefusedException;
import io.sluice.port.Tails.Tail;
import io.sluice.port.Tails.TailListener;
import io.sluice.port.TopicCatalog.TopicDescription;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One native topic that is followed.
 *
 * <p>A topic that was discovered while filters for every topic were subscribed is also read from its beginning to where the
 * tail surely is, for those filters only, so that what was stored between its creation and its discovery reaches them. The
 * tail waits until that is done; what it then brings of the same records goes to the other filters only.
 */
final class FollowedTopic implements TailListener {
    private static final Logger log = LoggerFactory.getLogger(FollowedTopic.class);
    private static final int BATCH_MAX = 64;
    private static final int BATCH_BYTES = 1024 * 1024;

    /** How far the reading of the beginning is. */
    private enum Beginning {
        /** Still to be read; tried whenever {@link #catchUp} is called. */
        NEEDED,
        /** Being read. */
        RUNNING,
        /** Read, or never wanted. */
        DONE
    }

    private final TopicName topic;
    private final BrokerPort port;
    private final RecordSink sink;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    /** Completes when records of the tail may be delivered. */
    private final CompletableFuture<Void> gate = new CompletableFuture<>();
    /** Where the reading of the beginning ended, by queue; complete before the gate opens. */
    private final Map<MessageQueue, Long> readBelow = new ConcurrentHashMap<>();

    private final AtomicReference<Beginning> beginning;
    private volatile Tail tail;
    private volatile boolean closed;

    FollowedTopic(TopicName topic, BrokerPort port, RecordSink sink, boolean fromBeginning) {
        this.topic = topic;
        this.port = port;
        this.sink = sink;
        this.beginning = new AtomicReference<>(fromBeginning ? Beginning.NEEDED : Beginning.DONE);
    }

    /** Completes when every record stored from then on will be delivered; fails when the topic cannot be followed. */
    CompletionStage<Void> ready() {
        return ready;
    }

    /** Called once, by whoever made it. */
    void start() {
        Tail opened;
        try {
            opened = port.tails().follow(topic, this);
        } catch (RefusedException refused) {
            ready.completeExceptionally(refused);
            return;
        }
        tail = opened;
        if (closed) {
            opened.close();
            return;
        }
        opened.ready().whenComplete((done, failure) -> {
            if (failure != null) {
                ready.completeExceptionally(failure);
            } else if (beginning.get() == Beginning.DONE) {
                open();
            } else {
                catchUp();
            }
        });
    }

    private void open() {
        gate.complete(null);
        ready.complete(null);
    }

    /** Reads the beginning if that is still to be done. Does nothing otherwise; may be called by anyone at any time. */
    void catchUp() {
        Tail following = tail;
        if (following == null
                || !following.ready().toCompletableFuture().isDone()
                || !beginning.compareAndSet(Beginning.NEEDED, Beginning.RUNNING)) {
            return;
        }
        readBelow.clear();
        port.topics()
                .describe(topic)
                .thenCompose(description ->
                        CompletableFuture.allOf(description.map(TopicDescription::readable).orElse(List.of()).stream()
                                .map(queue -> readBeginning(queue).toCompletableFuture())
                                .toArray(CompletableFuture<?>[]::new)))
                .whenComplete((done, failure) -> {
                    if (failure == null) {
                        beginning.set(Beginning.DONE);
                        open();
                    } else {
                        beginning.set(Beginning.NEEDED);
                        log.debug(
                                "the beginning of {} cannot be read now and is tried again: {}",
                                topic,
                                failure.toString());
                    }
                });
    }

    private CompletionStage<Void> readBeginning(MessageQueue queue) {
        return port.reader().range(queue).thenCompose(range -> {
            readBelow.put(queue, range.max());
            return readUpTo(queue, range.min(), range.max());
        });
    }

    private CompletionStage<Void> readUpTo(MessageQueue queue, long from, long end) {
        if (from >= end || closed) {
            return CompletableFuture.completedFuture(null);
        }
        int count = (int) Math.min(BATCH_MAX, end - from);
        return port.reader()
                .fetch(new FetchRequest(queue, from, count, BATCH_BYTES, FilterExpression.ALL, Duration.ZERO))
                .thenCompose(fetched -> {
                    long next = fetched.status() == Status.AFTER_RANGE ? end : fetched.nextOffset();
                    return sink.deliver(queue, fetched.records(), end, Reach.EVERY_TOPIC_FILTERS)
                            .thenCompose(delivered -> readUpTo(queue, Math.max(next, from + 1), end));
                });
    }

    @Override
    public CompletionStage<Void> onRecords(MessageQueue queue, Records records) {
        if (gate.isDone()) {
            return pass(queue, records);
        }
        return gate.thenCompose(opened -> pass(queue, records));
    }

    private CompletionStage<Void> pass(MessageQueue queue, Records records) {
        if (closed) {
            records.close();
            return CompletableFuture.completedFuture(null);
        }
        return sink.deliver(queue, records, readBelow.getOrDefault(queue, 0L), Reach.ONE_TOPIC_FILTERS);
    }

    @Override
    public void onGap(MessageQueue queue, long fromOffset, long toOffset) {
        log.warn(
                "messages {} to {} of {} were deleted by retention before MQTT subscribers could get them",
                fromOffset,
                toOffset,
                queue);
    }

    /** Ends the following; records that wait for the beginning to be read are let go. */
    void close() {
        closed = true;
        Tail following = tail;
        if (following != null) {
            following.close();
        }
        gate.complete(null);
        ready.complete(null);
    }
}
