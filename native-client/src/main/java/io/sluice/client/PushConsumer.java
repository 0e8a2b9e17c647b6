package io.sluice.client;

import io.sluice.client.consume.BatchListener;
import io.sluice.client.consume.ConsumeConfig;
import io.sluice.client.consume.ConsumeConfig.Order;
import io.sluice.client.consume.MessageListener;
import io.sluice.client.consume.PushConsumption;
import io.sluice.client.consume.StartAt;
import io.sluice.client.intercept.ReceiveInterceptor;
import io.sluice.client.presence.Presence;
import io.sluice.client.rebalance.Allocation;
import io.sluice.client.rebalance.AverageAllocation;
import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Gives the messages of some topics to a listener. The members of a group, in any number of processes, share the queues;
 * each message is delivered to one of them, at least once.
 *
 * <pre>{@code
 * try (SluiceClient client = SluiceClient.connect("127.0.0.1:9876")) {
 *     PushConsumer consumer = client.pushConsumer("billing")
 *             .subscribe("Orders", FilterExpression.tags("new || changed"))
 *             .listener(message -> {
 *                 bill(message.text());
 *                 return Verdict.DONE;
 *             })
 *             .start();
 * }
 * }</pre>
 *
 * <p>A listener that throws, or says {@link io.sluice.client.consume.Verdict#RETRY}, gets the message again later, on any
 * member: after 10 s, 30 s, 1 min and so on up to 2 h; after 16 retries it goes to the dead-letter topic of the group.
 * Offsets are stored every 5 s and at the end; after a crash, messages since then are delivered again.
 */
public final class PushConsumer implements AutoCloseable {
    private final SluiceClient client;
    private final PushConsumption consumption;

    private PushConsumer(SluiceClient client, PushConsumption consumption) {
        this.client = client;
        this.consumption = consumption;
    }

    /** Settings of a push consumer. Confined to one thread; values are checked by {@link #start}. */
    public static final class Builder {
        private static final int RETRIES_MAX = 16;
        private static final int MESSAGES_PER_CALL_MAX = 1024;

        private final SluiceClient client;
        private final ClientCore core;
        private final GroupName group;
        private final Map<TopicName, FilterExpression> subscriptions = new LinkedHashMap<>();
        private BatchListener listener;
        private int messagesPerCall = 1;
        private Presence.Model model = Presence.Model.CLUSTERING;
        private Order order = Order.CONCURRENT;
        private Allocation allocation = new AverageAllocation();
        private StartAt startAt = StartAt.LAST;
        private int threads = 20;
        private int pullMessages = 32;
        private int pullBytes = 256 * 1024;
        private Duration pullHold = Duration.ofSeconds(15);
        private int bufferMessages = 1000;
        private long bufferBytes = 128L * 1024 * 1024;
        private long spanMax = 2000;
        private int retriesMax = -1;
        private Duration consumeTimeout = Duration.ofMinutes(15);
        private Duration commitEvery = Duration.ofSeconds(5);
        private Duration orderedPause = Duration.ofSeconds(1);
        private Duration lockRenewal = Duration.ofSeconds(20);
        private Duration handOverTimeout = Duration.ofSeconds(5);
        private Optional<Path> offsetsDirectory = Optional.empty();
        private final List<ReceiveInterceptor> interceptors = new ArrayList<>();
        private Duration closeTimeout = Duration.ofSeconds(10);

        Builder(SluiceClient client, ClientCore core, String group) {
            this.client = client;
            this.core = core;
            this.group = new GroupName(group);
        }

        /** All messages of the topic. */
        public Builder subscribe(String topic) {
            return subscribe(topic, FilterExpression.ALL);
        }

        /** The messages of the topic that pass. All members of a group must subscribe to the same. */
        public Builder subscribe(String topic, FilterExpression filter) {
            subscriptions.put(new TopicName(topic), Objects.requireNonNull(filter, "filter"));
            return this;
        }

        /** Required, or a {@link #batchListener}. */
        public Builder listener(MessageListener called) {
            Objects.requireNonNull(called, "listener");
            listener = messages -> called.onMessage(messages.get(0));
            messagesPerCall = 1;
            return this;
        }

        /**
         * A listener that takes several messages of one queue in one call: what has come, up to {@code messagesMax}, without
         * waiting for more. Not in ordered consumption.
         *
         * @param messagesMax 1..1024
         */
        public Builder batchListener(int messagesMax, BatchListener called) {
            listener = Objects.requireNonNull(called, "listener");
            messagesPerCall = messagesMax;
            return this;
        }

        /**
         * Every member gets all messages, once each; nothing is retried and no offset is stored: a start begins where
         * {@link #startAt} says.
         */
        public Builder broadcasting() {
            model = Presence.Model.BROADCASTING;
            return this;
        }

        /**
         * As {@link #broadcasting()}, and how far this member has come is kept in the file {@code GROUP.offsets} of the
         * directory, so that the next start goes on there. One consumer at a time uses the file.
         */
        public Builder broadcasting(Path directory) {
            offsetsDirectory = Optional.of(directory);
            return broadcasting();
        }

        /**
         * Messages of one queue one after the other. A failed one is tried again after {@link #orderedPause}, and those
         * behind it wait; without limit, unless {@link #retriesMax} sets one.
         */
        public Builder ordered() {
            order = Order.PER_QUEUE;
            return this;
        }

        /** Stands around the listener; the first one given is outermost. */
        public Builder intercept(ReceiveInterceptor interceptor) {
            interceptors.add(Objects.requireNonNull(interceptor, "interceptor"));
            return this;
        }

        /** How queues are shared; the same for all members of the group. Default: {@link AverageAllocation}. */
        public Builder allocation(Allocation rule) {
            allocation = Objects.requireNonNull(rule, "allocation");
            return this;
        }

        /**
         * Where the group begins on a queue without a stored offset. Default: {@link StartAt#LAST}. A queue that still has
         * its first message is read from there all the same, so that a young topic loses nothing.
         */
        public Builder startAt(StartAt position) {
            startAt = position;
            return this;
        }

        /** Calls of the listener at once, 1..1000. Default 20. */
        public Builder threads(int count) {
            threads = count;
            return this;
        }

        /** Messages per pull, 1..1024. Default 32. */
        public Builder pullMessages(int max) {
            pullMessages = max;
            return this;
        }

        /** Bytes per pull; one larger message still comes. Default 256 KiB. */
        public Builder pullBytes(int max) {
            pullBytes = max;
            return this;
        }

        /** How long a broker holds a pull at the end of a queue. Default 15 s. */
        public Builder pullHold(Duration hold) {
            pullHold = hold;
            return this;
        }

        /** Messages of one queue held here at most. Default 1000. */
        public Builder bufferMessages(int max) {
            bufferMessages = max;
            return this;
        }

        /** Bytes of messages held here, shared among the queues; each may hold 1 MiB. Default 128 MiB. */
        public Builder bufferBytes(long max) {
            bufferBytes = max;
            return this;
        }

        /** Distance between the oldest and the newest offset held of a queue. Default 2000. */
        public Builder spanMax(long max) {
            spanMax = max;
            return this;
        }

        /** Further deliveries of a message after the first. Default 16; in ordered consumption without limit. */
        public Builder retriesMax(int max) {
            if (max < 0) {
                throw new IllegalArgumentException("retriesMax %d must not be negative".formatted(max));
            }
            retriesMax = max;
            return this;
        }

        /** A listener call that takes longer counts as failed. Default 15 min; not in ordered consumption. */
        public Builder consumeTimeout(Duration limit) {
            consumeTimeout = limit;
            return this;
        }

        /** How often offsets are stored. Default 5 s. */
        public Builder commitEvery(Duration period) {
            commitEvery = period;
            return this;
        }

        /** Before a failed message is tried again in ordered consumption. Default 1 s. */
        public Builder orderedPause(Duration pause) {
            orderedPause = pause;
            return this;
        }

        /** In ordered consumption, how often the locks of the queues are renewed, up to 30 s. Default 20 s. */
        public Builder lockRenewal(Duration period) {
            lockRenewal = period;
            return this;
        }

        /**
         * How long this member waits for a queue that another one is about to give up, so that a message in the other's
         * hands is not delivered here, too. Default 5 s, up to 1 min; zero: not at all. A member that was killed is waited
         * for as long. Ordered consumption waits by its own locks.
         */
        public Builder handOverTimeout(Duration limit) {
            handOverTimeout = limit;
            return this;
        }

        /** How long closing waits for calls of the listener. Default 10 s. */
        public Builder closeTimeout(Duration limit) {
            closeTimeout = limit;
            return this;
        }

        /**
         * Begins to consume. Topics and brokers need not be there yet.
         *
         * @throws IllegalArgumentException when a setting is missing or outside its range
         */
        public PushConsumer start() {
            if (listener == null) {
                throw new IllegalArgumentException("group %s has no listener; call listener(...)".formatted(group));
            }
            if (messagesPerCall < 1 || messagesPerCall > MESSAGES_PER_CALL_MAX) {
                throw new IllegalArgumentException(
                        "messages of one call %d are outside 1..%d".formatted(messagesPerCall, MESSAGES_PER_CALL_MAX));
            }
            if (messagesPerCall > 1 && order == Order.PER_QUEUE) {
                throw new IllegalArgumentException(
                        "group %s is ordered and has a batch listener; ordered messages are given one by one"
                                .formatted(group));
            }
            int retries = retriesMax >= 0 ? retriesMax : order == Order.CONCURRENT ? RETRIES_MAX : Integer.MAX_VALUE;
            ConsumeConfig config = new ConsumeConfig(
                    group,
                    subscriptions,
                    model,
                    order,
                    startAt,
                    threads,
                    pullMessages,
                    pullBytes,
                    pullHold,
                    bufferMessages,
                    bufferBytes,
                    spanMax,
                    retries,
                    consumeTimeout,
                    commitEvery,
                    orderedPause,
                    lockRenewal,
                    handOverTimeout,
                    closeTimeout);
            PushConsumption consumption = new PushConsumption(
                    config,
                    ReceiveInterceptor.through(group, interceptors, listener),
                    messagesPerCall,
                    allocation,
                    offsetsDirectory,
                    core.link(),
                    core.routes(),
                    core.heartbeats(),
                    core.newRetrySender());
            consumption.start();
            return client.adopt(new PushConsumer(client, consumption));
        }
    }

    /** Queues that this member reads now, those of the group's retry topic included. */
    public Set<MessageQueue> assignment() {
        return consumption.assignment();
    }

    /** Pulls nothing until {@link #resume}; what has been pulled is still delivered. Queues are kept. */
    public void pause() {
        consumption.pause();
    }

    /** Goes on after {@link #pause}. */
    public void resume() {
        consumption.resume();
    }

    /**
     * Stops reading, waits for the listener to finish what it has in hand, stores the offsets and leaves the group. Twice
     * is harmless. Not to be called by the listener.
     */
    @Override
    public void close() {
        client.forget(this);
        consumption.close();
    }
}
