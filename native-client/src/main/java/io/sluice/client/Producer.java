package io.sluice.client;

import io.sluice.client.link.Waiting;
import io.sluice.client.presence.Presence;
import io.sluice.client.route.TopicRoute;
import io.sluice.client.send.QueueChoice;
import io.sluice.client.send.SendConfig;
import io.sluice.client.send.SendFailedException;
import io.sluice.client.send.Sender;
import io.sluice.client.send.Sender.WhenFull;
import io.sluice.client.send.Sent;
import io.sluice.model.GroupName;
import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Sends messages. Any thread; one producer serves a whole application.
 *
 * <pre>{@code
 * try (SluiceClient client = SluiceClient.connect("127.0.0.1:9876")) {
 *     Producer producer = client.producer("orders-out").start();
 *     Sent sent = producer.send(Message.of("Orders", "42 screws").withTag("new").withKeys("order-42"));
 *     producer.sendAsync(Message.of("Orders", "7 nails"))
 *             .whenComplete((stored, failure) -> System.out.println(stored));
 * }
 * }</pre>
 *
 * <p>A message that is {@link Sent} is in the log. A send that fails throws, or fails its stage with,
 * {@link SendFailedException}, which says whether the message may be stored all the same. Messages that one thread sends
 * to one queue are stored in the order sent. Those that meet on the way share a frame. Stages complete on a thread of the client, which
 * must not be blocked.
 */
public final class Producer implements AutoCloseable {
    private final SluiceClient client;
    private final ClientCore core;
    private final Sender sender;
    private final Presence presence;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Producer(SluiceClient client, ClientCore core, SendConfig config) {
        this.client = client;
        this.core = core;
        this.sender = core.newSender(config);
        this.presence = new Presence.OfProducer(config.group());
        core.heartbeats().join(presence);
    }

    /** Settings of a producer. Confined to one thread; values are checked by {@link #start}. */
    public static final class Builder {
        private final SluiceClient client;
        private final ClientCore core;
        private final GroupName group;
        private Duration timeout = SendConfig.TIMEOUT;
        private int retries = SendConfig.RETRIES;
        private int maxMessageBytes = SendConfig.MAX_MESSAGE_BYTES;
        private int compressFromBytes = SendConfig.COMPRESS_FROM_BYTES;
        private int compressionLevel = SendConfig.COMPRESSION_LEVEL;
        private int inFlightBytes = SendConfig.IN_FLIGHT_BYTES;
        private int batchBytes = SendConfig.BATCH_BYTES;
        private Duration linger = Duration.ZERO;

        Builder(SluiceClient client, ClientCore core, String group) {
            this.client = client;
            this.core = core;
            this.group = new GroupName(group);
        }

        /** For one send with all its tries. Default 3 s. */
        public Builder sendTimeout(Duration limit) {
            timeout = limit;
            return this;
        }

        /** Further tries after the first. Default 2. */
        public Builder retries(int further) {
            retries = further;
            return this;
        }

        /** Largest body, before compression; for a batch its whole size. Default 4 MiB. */
        public Builder maxMessageBytes(int bytes) {
            maxMessageBytes = bytes;
            return this;
        }

        /** Bodies of this size and more are compressed with zlib. Default 4096. */
        public Builder compressFromBytes(int bytes) {
            compressFromBytes = bytes;
            return this;
        }

        public Builder noCompression() {
            return compressFromBytes(SendConfig.NEVER);
        }

        /** 1 (fast) to 9 (small). Default 5. */
        public Builder compressionLevel(int level) {
            compressionLevel = level;
            return this;
        }

        /** Bytes of sends under way at once; a send beyond waits for room, up to its timeout. Default 64 MiB. */
        public Builder inFlightBytes(int bytes) {
            inFlightBytes = bytes;
            return this;
        }

        /**
         * How much may travel in one frame when sends to one queue meet. Default 128 KiB.
         *
         * @param bytes 0: every message travels alone
         */
        public Builder batchBytes(int bytes) {
            batchBytes = bytes;
            return this;
        }

        /**
         * How long the first message for a queue waits for others to share its frame. Default zero: it goes at once, and
         * those that come while its frame is under way share the next one.
         */
        public Builder linger(Duration wait) {
            linger = wait;
            return this;
        }

        /** @throws IllegalArgumentException when a setting is outside its range */
        public Producer start() {
            SendConfig config = new SendConfig(
                    group,
                    timeout,
                    retries,
                    maxMessageBytes,
                    compressFromBytes,
                    compressionLevel,
                    inFlightBytes,
                    Math.min(batchBytes, maxMessageBytes),
                    linger,
                    true);
            return client.adopt(new Producer(client, core, config));
        }
    }

    /** Sends and waits; the next queue in turn, another broker when one fails. */
    public Sent send(Message message) {
        return await(() -> sendAsync(message));
    }

    /** Sends to this queue and waits. */
    public Sent send(Message message, MessageQueue queue) {
        return await(() -> sendAsync(message, queue));
    }

    /** Sends to the queue of the key and waits. Messages with equal keys are stored in one queue in order. */
    public Sent send(Message message, String shardingKey) {
        return await(() -> sendAsync(message, shardingKey));
    }

    /** As {@link #send(Message)}, without waiting, except for room under the bound of bytes under way. */
    public CompletionStage<Sent> sendAsync(Message message) {
        return submit(message, QueueChoice.ANY);
    }

    public CompletionStage<Sent> sendAsync(Message message, MessageQueue queue) {
        return submit(message, new QueueChoice.Exactly(queue));
    }

    public CompletionStage<Sent> sendAsync(Message message, String shardingKey) {
        return submit(message, new QueueChoice.ByKey(shardingKey));
    }

    /**
     * Stores all messages, which have one topic, in one queue, with consecutive offsets; or none of them.
     *
     * @return one entry per message, in their order
     */
    public List<Sent> sendBatch(List<Message> messages) {
        return await(() -> sendBatchAsync(messages));
    }

    public CompletionStage<List<Sent>> sendBatchAsync(List<Message> messages) {
        requireOpen();
        return sender.sendBatch(messages, QueueChoice.ANY, sender.config().timeout(), WhenFull.WAIT);
    }

    /** Sends without asking for an answer; whether the message was stored is never known. One try. */
    public CompletionStage<Void> sendOneWay(Message message) {
        requireOpen();
        return sender.sendOneWay(message, QueueChoice.ANY);
    }

    /** Queues that the topic can be sent to, sorted; empty when it does not exist and is not created by sending. */
    public List<MessageQueue> queuesOf(String topic) {
        requireOpen();
        return await(
                () -> core.routes().forSending(new TopicName(topic)).thenApply(route -> route.map(TopicRoute::writable)
                        .orElse(List.of())));
    }

    /** Bytes of sends under way now. */
    public int bytesInFlight() {
        return sender.bytesInFlight();
    }

    private CompletionStage<Sent> submit(Message message, QueueChoice choice) {
        requireOpen();
        return sender.send(message, choice, sender.config().timeout(), WhenFull.WAIT);
    }

    private <T> T await(Supplier<CompletionStage<T>> question) {
        return Waiting.forResult(core.link(), "sending", question);
    }

    private void requireOpen() {
        if (closed.get()) {
            throw new IllegalStateException(
                    "producer of group %s is closed; make another one".formatted(presence.group()));
        }
    }

    /** Leaves the group. Sends under way go on. Twice is harmless. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            client.forget(this);
            Waiting.upTo(
                    core.link().config().requestTimeout(), core.heartbeats().leave(presence));
        }
    }
}
