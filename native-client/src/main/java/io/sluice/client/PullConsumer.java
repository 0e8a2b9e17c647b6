package io.sluice.client;

import io.sluice.client.Polling.Batch;
import io.sluice.client.consume.ReceivedMessage;
import io.sluice.client.consume.StartAt;
import io.sluice.client.link.Waiting;
import io.sluice.client.read.Pulls.Pull;
import io.sluice.client.read.Pulls.Pulled;
import io.sluice.client.route.BrokerAddresses;
import io.sluice.client.route.TopicRoute;
import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.OffsetRange;
import io.sluice.wire.message.MessageView;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Reads queues where and when the application wants; it decides alone which queues it reads, no group is joined. Any
 * thread, but one at a time per queue.
 *
 * <pre>{@code
 * PullConsumer consumer = client.pullConsumer("report").startAt(StartAt.FIRST).open();
 * for (MessageQueue queue : consumer.queuesOf("Orders")) {
 *     for (ReceivedMessage message : consumer.fetch(queue, Duration.ofSeconds(1))) {
 *         add(message.text());
 *     }
 *     consumer.commit(queue);
 * }
 * }</pre>
 */
public final class PullConsumer implements AutoCloseable {
    private final SluiceClient client;
    private final ClientCore core;
    private final GroupName group;
    private final FilterExpression filter;
    private final StartAt startAt;
    private final int fetchMessages;
    private final int fetchBytes;
    /** Where the next fetch of a queue begins. */
    private final Map<MessageQueue, Long> positions = new ConcurrentHashMap<>();

    private final Polling polling;
    private final AtomicBoolean closed = new AtomicBoolean();

    private PullConsumer(Builder settings) {
        this.client = settings.client;
        this.core = settings.core;
        this.group = settings.group;
        this.filter = settings.filter;
        this.startAt = settings.startAt;
        this.fetchMessages = settings.fetchMessages;
        this.fetchBytes = settings.fetchBytes;
        this.polling = new Polling(new Fetches(), core.link().clock(), fetchMessages);
    }

    /** Settings of a pull consumer. Confined to one thread. */
    public static final class Builder {
        private static final int FETCH_MAX = 1024;

        private final SluiceClient client;
        private final ClientCore core;
        private final GroupName group;
        private FilterExpression filter = FilterExpression.ALL;
        private StartAt startAt = StartAt.LAST;
        private int fetchMessages = 32;
        private int fetchBytes = 1024 * 1024;

        Builder(SluiceClient client, ClientCore core, String group) {
            this.client = client;
            this.core = core;
            this.group = new GroupName(group);
        }

        /** What is wanted. Default: everything. */
        public Builder filter(FilterExpression wanted) {
            filter = Objects.requireNonNull(wanted, "filter");
            return this;
        }

        /** Where a queue without a stored offset begins. Default: {@link StartAt#LAST}. */
        public Builder startAt(StartAt position) {
            startAt = Objects.requireNonNull(position, "startAt");
            return this;
        }

        /** Messages per fetch, 1..1024. Default 32. */
        public Builder fetchMessages(int max) {
            fetchMessages = max;
            return this;
        }

        /** Bytes per fetch; one larger message still comes. Default 1 MiB. */
        public Builder fetchBytes(int max) {
            fetchBytes = max;
            return this;
        }

        /** @throws IllegalArgumentException when a setting is outside its range */
        public PullConsumer open() {
            if (fetchMessages < 1 || fetchMessages > FETCH_MAX || fetchBytes < 1) {
                throw new IllegalArgumentException("fetchMessages %d must be 1..%d and fetchBytes %d at least 1"
                        .formatted(fetchMessages, FETCH_MAX, fetchBytes));
            }
            return client.adopt(new PullConsumer(this));
        }
    }

    /** Queues of the topic that can be read, sorted; empty when there is no such topic. */
    public List<MessageQueue> queuesOf(String topic) {
        return await(() -> core.routes().find(new TopicName(topic)).thenApply(route -> route.map(TopicRoute::readable)
                .orElse(List.of())));
    }

    /** Messages from the queue's position on, which moves behind them; empty when none came within the wait. */
    public List<ReceivedMessage> fetch(MessageQueue queue, Duration maxWait) {
        return await(() -> fetchAsync(queue, maxWait));
    }

    /** As {@link #fetch}, without blocking. */
    public CompletionStage<List<ReceivedMessage>> fetchAsync(MessageQueue queue, Duration maxWait) {
        requireOpen();
        return read(queue, maxWait).thenApply(batch -> {
            taken(batch);
            return batch.messages();
        });
    }

    private CompletionStage<Batch> read(MessageQueue queue, Duration maxWait) {
        return position(queue).thenCompose(offset -> core.pulls()
                .pull(new Pull(
                        queue,
                        group,
                        offset,
                        fetchMessages,
                        fetchBytes,
                        filter,
                        maxWait,
                        true,
                        0,
                        OptionalLong.empty(),
                        BrokerAddresses.PRIMARY_ID))
                .thenApply(pulled -> batch(queue, offset, pulled)));
    }

    private Batch batch(MessageQueue queue, long offset, Pulled pulled) {
        List<ReceivedMessage> received = pulled.slices().stream()
                .map(MessageView::of)
                .filter(this::isWanted)
                .map(view -> ReceivedMessage.of(view, queue))
                .toList();
        return new Batch(queue, offset, pulled.nextOffset(), received);
    }

    /** A seek that came meanwhile counts more than what was read before it. */
    private boolean taken(Batch batch) {
        return positions.replace(batch.queue(), batch.offset(), batch.nextOffset());
    }

    /** What polls read. */
    private final class Fetches implements Polling.Source {
        @Override
        public CompletionStage<Batch> fetch(MessageQueue queue, Duration hold) {
            return read(queue, hold);
        }

        @Override
        public boolean taken(Batch batch) {
            return PullConsumer.this.taken(batch);
        }

        @Override
        public boolean isRouted(MessageQueue queue) {
            return core.routes()
                    .known(queue.topic())
                    .flatMap(route -> route.share(queue.brokerName()))
                    .isPresent();
        }
    }

    /**
     * What {@link #poll} reads from now on, instead of what it read before; each queue from its position on. The queues of a
     * topic are told by {@link #queuesOf}; new ones are not added by themselves.
     */
    public void assign(Collection<MessageQueue> queues) {
        requireOpen();
        polling.assign(queues);
    }

    /** The queues that {@link #poll} reads. */
    public Set<MessageQueue> assignment() {
        return polling.assignment();
    }

    /**
     * Messages of the assigned queues, in the order of each queue, the queues in turn; empty when none came within the wait.
     * Their positions move behind what was returned. One fetch per queue is under way or held here meanwhile. A broker that is
     * away costs nothing but its messages: it is asked again every second, also when it has left the route.
     *
     * <pre>{@code
     * consumer.assign(consumer.queuesOf("Orders"));
     * while (running) {
     *     consumer.poll(Duration.ofSeconds(5)).forEach(message -> add(message.text()));
     *     consumer.assignment().forEach(consumer::commit);
     * }
     * }</pre>
     *
     * @throws io.sluice.port.RefusedException when a queue cannot be read: it is gone, or the right is missing; the others go
     *     on with the next poll
     */
    public List<ReceivedMessage> poll(Duration maxWait) {
        requireOpen();
        if (core.link().isOwnThread()) {
            throw new IllegalStateException("polling would block a thread of the client; use fetchAsync there");
        }
        return polling.poll(maxWait);
    }

    /**
     * Nothing more of these queues comes by {@link #poll} until they are resumed; positions stay.
     *
     * @throws IllegalArgumentException when one is not assigned
     */
    public void pause(Collection<MessageQueue> queues) {
        polling.pause(queues);
    }

    /** @throws IllegalArgumentException when one is not assigned */
    public void resume(Collection<MessageQueue> queues) {
        polling.resume(queues);
    }

    /** Brokers filter tags by hash only. */
    private boolean isWanted(MessageView view) {
        return !(filter instanceof FilterExpression.Tags tags)
                || view.tag() != null && tags.tags().contains(view.tag());
    }

    /** Where the next fetch begins: after the last one, else at the stored offset, else where the settings say. */
    private CompletionStage<Long> position(MessageQueue queue) {
        Long known = positions.get(queue);
        if (known != null) {
            return CompletableFuture.completedFuture(known);
        }
        return core.offsets()
                .committed(group, queue, false)
                .thenCompose(stored -> stored.isPresent()
                        ? CompletableFuture.completedFuture(stored.getAsLong())
                        : firstPosition(queue))
                .thenApply(found -> {
                    Long raced = positions.putIfAbsent(queue, found);
                    return raced == null ? found : raced;
                });
    }

    private CompletionStage<Long> firstPosition(MessageQueue queue) {
        if (startAt instanceof StartAt.First) {
            return core.offsets().min(queue);
        }
        if (startAt instanceof StartAt.AtInstant at) {
            return core.offsets().storedAt(queue, at.storedAt().toEpochMilli());
        }
        return core.offsets().max(queue);
    }

    /** The next fetch or poll of the queue begins at the offset; one outside the queue is corrected by the fetch. */
    public void seek(MessageQueue queue, long offset) {
        if (offset < 0) {
            throw new IllegalArgumentException("offset %d of %s must not be negative".formatted(offset, queue));
        }
        positions.put(queue, offset);
        polling.moved(queue);
    }

    /** The next fetch begins at the first message stored at or after the instant. */
    public void seek(MessageQueue queue, Instant storedAt) {
        seek(queue, await(() -> core.offsets().storedAt(queue, storedAt.toEpochMilli())));
    }

    /** First readable offset and next offset to be written. */
    public OffsetRange range(MessageQueue queue) {
        return await(() -> core.offsets().range(queue));
    }

    /** The offset stored for the group. */
    public OptionalLong committed(MessageQueue queue) {
        return await(() -> core.offsets().committed(group, queue, false));
    }

    /** Stores the queue's position as the group's offset. */
    public void commit(MessageQueue queue) {
        await(() -> position(queue).thenCompose(offset -> core.offsets().store(group, queue, offset)));
    }

    private <T> T await(Supplier<CompletionStage<T>> question) {
        requireOpen();
        return Waiting.forResult(core.link(), "reading", question);
    }

    private void requireOpen() {
        if (closed.get()) {
            throw new IllegalStateException("pull consumer of group %s is closed; make another one".formatted(group));
        }
    }

    /** Forgets the positions; nothing is stored. Twice is harmless. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            client.forget(this);
            polling.close();
            positions.clear();
        }
    }
}
