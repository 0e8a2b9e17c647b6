package io.sluice.client;

import io.sluice.client.consume.ReceivedMessage;
import io.sluice.client.intercept.InterceptedBatch;
import io.sluice.client.intercept.SendInterceptor;
import io.sluice.client.intercept.SendStep;
import io.sluice.client.link.ClusterLink;
import io.sluice.client.link.Waiting;
import io.sluice.client.presence.Presence;
import io.sluice.client.request.NoReplyException;
import io.sluice.client.route.TopicRoute;
import io.sluice.client.send.QueueChoice;
import io.sluice.client.send.SendConfig;
import io.sluice.client.send.SendFailedException;
import io.sluice.client.send.Sender;
import io.sluice.client.send.Sender.WhenFull;
import io.sluice.client.send.Sent;
import io.sluice.client.transaction.LocalTransaction;
import io.sluice.client.transaction.Transacted;
import io.sluice.client.transaction.TransactionCheck;
import io.sluice.client.transaction.Transactions;
import io.sluice.model.GroupName;
import io.sluice.model.Message;
import io.sluice.model.MessageProperties;
import io.sluice.model.MessageQueue;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.wire.message.Compression;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
    private static final Logger log = LoggerFactory.getLogger(Producer.class);

    private final SluiceClient client;
    private final ClientCore core;
    private final Sender sender;
    private final Presence presence;
    private final Optional<Transactions> transactions;
    private final List<SendInterceptor> interceptors;
    private final Optional<MessageNumbers> numbers;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Producer(
            SluiceClient client,
            ClientCore core,
            SendConfig config,
            Optional<TransactionCheck> check,
            List<SendInterceptor> interceptors,
            Optional<MessageNumbers> numbers) {
        this.client = client;
        this.core = core;
        this.sender = core.newSender(config);
        this.presence = new Presence.OfProducer(config.group());
        this.interceptors = List.copyOf(interceptors);
        this.numbers = numbers;
        this.transactions = check.map(asked -> new Transactions(
                core.link(),
                core.routes(),
                core.heartbeats(),
                config.group(),
                half -> through(
                        half,
                        last -> sender.send(
                                last,
                                QueueChoice.ANY,
                                config.timeout(),
                                WhenFull.WAIT,
                                core.capabilities().gateOf(last))),
                asked,
                end -> tellInterceptors(interceptor -> interceptor.ended(end))));
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
        private Compression compression = Compression.ZLIB;
        private int compressionLevel = SendConfig.COMPRESSION_LEVEL;
        private int inFlightBytes = SendConfig.IN_FLIGHT_BYTES;
        private int batchBytes = SendConfig.BATCH_BYTES;
        private Duration linger = Duration.ZERO;
        private Optional<TransactionCheck> check = Optional.empty();
        private final List<SendInterceptor> interceptors = new ArrayList<>();
        private Optional<MessageNumbers> numbers = Optional.empty();

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

        /** Bodies of this size and more are compressed. Default 4096. */
        public Builder compressFromBytes(int bytes) {
            compressFromBytes = bytes;
            return this;
        }

        public Builder noCompression() {
            return compressFromBytes(SendConfig.NEVER);
        }

        /** How bodies are compressed. Default zlib; others need their library here and at the consumers. */
        public Builder compression(Compression algorithm) {
            compression = algorithm;
            return this;
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

        /**
         * What is asked when a broker does not know how a transaction of this group ended; needed to send transactions.
         * Producers of one group answer for each other.
         */
        public Builder transactionCheck(TransactionCheck asked) {
            check = Optional.of(asked);
            return this;
        }

        /**
         * Each message is stored once, however often this producer has to try: it gets a number that the broker remembers, for
         * an hour unless configured otherwise. Once a try may have been stored, further ones go to the same queue only, and wait
         * for its broker when that is away. Messages that bring an {@linkplain Message#withIdempotencyKey idempotency key}
         * keep it. Costs a second record per message, and each travels alone. Also one-way sends and questions are numbered; batches
         * and transactions are refused. At clusters that cannot do this sends fail with
         * {@link io.sluice.port.Refusal#NOT_SUPPORTED}.
         *
         * <p>The number belongs to one call: a message whose send failed in doubt and that is given to {@code send} again gets
         * another one, and may be stored twice. An application that repeats failed sends gives each message a key of its own, or
         * the producer its number, see {@link #idempotent(String, long)}.
         */
        public Builder idempotent() {
            return idempotent(UUID.randomUUID().toString(), 0);
        }

        /**
         * As {@link #idempotent()}, for an application that knows after a restart how far it had come: a message that it sends
         * again with the number it had before is not stored again, and its send answers with the first result. The numbers are
         * given in the order of the sends, one-way sends and questions included. A question that was stored before is not stored
         * again, so that no reply may come. After a send that failed in doubt go on with a producer that begins at its number.
         *
         * <pre>{@code
         * Producer producer = client.producer("import").idempotent("file-7", firstLine).start();
         * lines.forEach(line -> producer.sendAsync(Message.of("Lines", line)));
         * }</pre>
         *
         * @param producerId 1..100 visible ASCII characters; one producer at a time has it
         * @param next       number of the next message
         */
        public Builder idempotent(String producerId, long next) {
            numbers = Optional.of(new MessageNumbers(producerId, next));
            return this;
        }

        /** Stands around all sends; the first one given is outermost. */
        public Builder intercept(SendInterceptor interceptor) {
            interceptors.add(Objects.requireNonNull(interceptor, "interceptor"));
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
                    compression,
                    compressionLevel,
                    inFlightBytes,
                    Math.min(batchBytes, maxMessageBytes),
                    linger,
                    true);
            return client.adopt(new Producer(client, core, config, check, interceptors, numbers));
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

    /**
     * Sends to the queue of the key and waits. Messages with equal keys are stored in one queue in order; they carry the key,
     * so that groups that are ordered by key keep it.
     */
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
        Message placed = message.properties().has(PropertyNames.SHARDING_KEY)
                ? message
                : message.withProperty(PropertyNames.SHARDING_KEY, shardingKey);
        return submit(placed, new QueueChoice.ByKey(shardingKey));
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
        if (numbers.isPresent()) {
            throw new IllegalStateException(
                    "an idempotent producer sends no batches; a unit of work with an id is stored once as a whole");
        }
        return interceptors.isEmpty()
                ? store(messages)
                : new InterceptedBatch(interceptors).send(messages, this::store);
    }

    private CompletionStage<List<Sent>> store(List<Message> messages) {
        return sender.sendBatch(messages, QueueChoice.ANY, sender.config().timeout(), WhenFull.WAIT);
    }

    /**
     * Sends without asking for an answer; whether the message was stored is never known. One try. Interceptors see it pass;
     * since there is no {@link Sent}, their stage fails with a {@link SendFailedException#isOneWay()} when it has left.
     */
    public CompletionStage<Void> sendOneWay(Message message) {
        return sendOneWay(message, QueueChoice.ANY);
    }

    /** As {@link #sendOneWay(Message)}, to this queue. */
    public CompletionStage<Void> sendOneWay(Message message, MessageQueue queue) {
        return sendOneWay(message, new QueueChoice.Exactly(queue));
    }

    /**
     * Begins a unit of work: what is gathered in it holds together or not at all. Without an id a commit whose answer is lost
     * leaves open whether it holds.
     */
    public WorkUnit unit() {
        return unit("");
    }

    /** @param id 1..128 visible ASCII characters; committing a unit of the same id again answers with the first result */
    public WorkUnit unit(String id) {
        requireOpen();
        return new WorkUnit(core, interceptors, id);
    }

    /**
     * Takes back a message with a time of delivery, see {@link Message#deliverAt} and {@link Message#deliverAfter}.
     *
     * @param waiting what sending it to the topic answered
     * @return whether it was taken back; false: it is on its way, or was taken back before
     * @throws IllegalArgumentException when the message had no time of delivery
     */
    public boolean recall(String topic, Sent waiting) {
        requireOpen();
        if (waiting.recallHandle().isEmpty()) {
            throw new IllegalArgumentException(
                    "message %s has no recall handle: it had no time of delivery, or its broker knows no recalls"
                            .formatted(waiting.uniqueKey()));
        }
        TopicName where = new TopicName(topic);
        boolean takenBack =
                Waiting.forResult(core.link(), "recalling", () -> core.timers().recall(where, waiting.recallHandle()));
        tellInterceptors(interceptor -> interceptor.recalled(where, waiting, takenBack));
        return takenBack;
    }

    /** What is told has happened, whatever they make of it. */
    private void tellInterceptors(Consumer<SendInterceptor> word) {
        for (SendInterceptor interceptor : interceptors) {
            try {
                word.accept(interceptor);
            } catch (RuntimeException failed) {
                log.warn("an interceptor of producer group {} failed; the others go on", presence.group(), failed);
            }
        }
    }

    /**
     * Stores the message where nobody sees it, runs the local transaction on this thread, and makes the message visible or
     * forgets it, as that decides. When the broker does not hear of the decision it asks
     * {@linkplain Builder#transactionCheck the check} of a producer of the group.
     *
     * <pre>{@code
     * Producer producer = client.producer("orders-out").transactionCheck(half ->
     *         orders.exists(half.properties().keys().get(0)) ? Decision.COMMIT : Decision.ROLLBACK).start();
     * producer.sendInTransaction(Message.of("Orders", "42 screws").withKeys("order-42"), half -> {
     *     orders.insert("order-42");
     *     return Decision.COMMIT;
     * });
     * }</pre>
     *
     * @throws IllegalStateException when the producer has no check, or is idempotent
     * @throws SendFailedException when the half message is not stored; the local transaction was not run then
     */
    public Transacted sendInTransaction(Message message, LocalTransaction local) {
        requireOpen();
        if (numbers.isPresent()) {
            throw new IllegalStateException(
                    "an idempotent producer sends no transactions: half messages are not stored once;"
                            + " use a producer that is not, and make the check answer for repeats");
        }
        return transactions
                .orElseThrow(() -> new IllegalStateException(
                        "producer of group %s has no transaction check; give one to its builder"
                                .formatted(presence.group())))
                .send(message, local);
    }

    /**
     * Asks a question and waits for the reply: the message is consumed by anybody, who answers with {@link #reply}.
     *
     * @param timeout for all together
     * @throws NoReplyException when no reply came in time
     * @throws SendFailedException when the question was not stored
     */
    public Message request(Message question, Duration timeout) {
        return Waiting.forResult(core.link(), "requesting", () -> requestAsync(question, timeout));
    }

    /** As {@link #request}, without waiting. */
    public CompletionStage<Message> requestAsync(Message question, Duration timeout) {
        requireOpen();
        return core.requests()
                .ask(
                        marked -> through(
                                marked,
                                last -> sender.send(
                                        last,
                                        QueueChoice.ANY,
                                        timeout,
                                        WhenFull.REFUSE,
                                        core.capabilities().gateOf(last))),
                        numbered(question),
                        timeout);
    }

    /**
     * Answers a question that was consumed; completes when the one who asked has the reply, and fails with
     * {@link io.sluice.port.RefusedException} when that cannot be reached any more.
     *
     * @throws IllegalArgumentException when the message does not ask for a reply
     */
    public CompletionStage<Void> reply(ReceivedMessage question, byte[] body) {
        return reply(question, body, MessageProperties.NONE);
    }

    /** As {@link #reply(ReceivedMessage, byte[])}, with properties. */
    public CompletionStage<Void> reply(ReceivedMessage question, byte[] body, MessageProperties properties) {
        requireOpen();
        return core.requests()
                .reply(sender, question.properties(), question.queue().brokerName(), body, properties);
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
        return through(
                numbered(message),
                last -> sender.send(
                        last,
                        choice,
                        sender.config().timeout(),
                        WhenFull.WAIT,
                        core.capabilities().gateOf(last)));
    }

    private Message numbered(Message message) {
        return numbers.map(of -> of.number(message)).orElse(message);
    }

    private CompletionStage<Void> sendOneWay(Message given, QueueChoice choice) {
        requireOpen();
        Message message = numbered(given);
        if (interceptors.isEmpty()) {
            return sender.sendOneWay(message, choice, core.capabilities().gateOf(message));
        }
        CompletableFuture<Void> handedOver = new CompletableFuture<>();
        through(message, last -> {
                    CompletableFuture<Sent> open = new CompletableFuture<>();
                    sender.sendOneWay(last, choice, core.capabilities().gateOf(last))
                            .whenComplete((gone, failure) -> {
                                if (failure == null) {
                                    handedOver.complete(null);
                                }
                                open.completeExceptionally(
                                        failure == null ? sender.unanswered(last) : ClusterLink.causeOf(failure));
                            });
                    return open;
                })
                .whenComplete((never, failure) -> {
                    if (failure != null) {
                        handedOver.completeExceptionally(ClusterLink.causeOf(failure));
                    }
                });
        return handedOver;
    }

    private CompletionStage<Sent> through(Message message, SendStep last) {
        return interceptors.isEmpty()
                ? last.send(message)
                : SendStep.through(interceptors, last).send(message);
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
            transactions.ifPresent(Transactions::close);
            Waiting.upTo(
                    core.link().config().requestTimeout(), core.heartbeats().leave(presence));
        }
    }
}
