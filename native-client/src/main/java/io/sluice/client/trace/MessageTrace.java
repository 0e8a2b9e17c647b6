package io.sluice.client.trace;

import io.sluice.client.consume.BatchListener;
import io.sluice.client.consume.ReceivedMessage;
import io.sluice.client.consume.Verdict;
import io.sluice.client.intercept.ReceiveInterceptor;
import io.sluice.client.intercept.SendInterceptor;
import io.sluice.client.intercept.SendStep;
import io.sluice.client.link.ClientIds;
import io.sluice.client.send.SendFailedException;
import io.sluice.client.send.Sent;
import io.sluice.client.transaction.Decision;
import io.sluice.client.transaction.TransactionEnd;
import io.sluice.model.GroupName;
import io.sluice.model.Message;
import io.sluice.model.MessageId;
import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Tells of each send and each delivery in the words that RocketMQ tools read ({@code mqadmin queryMsgTraceById}, dashboards): a
 * message to the trace topic, whose keys are the ids and keys of the messages it tells of. Any thread.
 *
 * <pre>{@code
 * Producer traces = client.producer("traces").start();
 * MessageTrace trace = MessageTrace.to(message -> {
 *     if (traces.bytesInFlight() < 1 << 20) {
 *         traces.sendAsync(message);
 *     }
 * }, "orders-out");
 * Producer producer = client.producer("orders-out").intercept(trace).start();
 * }</pre>
 */
public final class MessageTrace implements SendInterceptor, ReceiveInterceptor {
    public static final TopicName TOPIC = new TopicName("RMQ_SYS_TRACE_TOPIC");

    private static final char FIELD = '\u0001';
    private static final char RECORD = '\u0002';
    private static final String REGION = "DefaultRegion";
    /** How a delivery ended, as the format numbers it. */
    private static final int SUCCESS = 0;

    /** The kind of message that the end of a transaction counts as. */
    private static final int TRANSACTION_END = 2;

    private static final int EXCEPTION = 2;
    private static final int FAILED = 4;

    private final Consumer<Message> out;
    private final String producerGroup;
    private final String host = ClientIds.address().getHostAddress();
    private final AtomicLong lost = new AtomicLong();

    private MessageTrace(Consumer<Message> out, String producerGroup) {
        this.out = out;
        this.producerGroup = producerGroup;
    }

    /**
     * @param out           takes messages to the trace topic; must not block, and decides what happens when there are too many.
     *                      Must not be traced itself
     * @param producerGroup whose sends are told of; of a delivery the group is known
     */
    public static MessageTrace to(Consumer<Message> out, String producerGroup) {
        return new MessageTrace(out, producerGroup);
    }

    /** Records that {@code out} threw on. */
    public long lost() {
        return lost.get();
    }

    @Override
    public CompletionStage<Sent> around(Message message, SendStep next) {
        long startMs = System.currentTimeMillis();
        return next.send(message).whenComplete((sent, failure) -> {
            if (failure instanceof SendFailedException open && open.isOneWay()) {
                // The format has no word for a send whose end nobody knows.
                return;
            }
            long tookMs = System.currentTimeMillis() - startMs;
            MessageProperties properties = message.properties();
            String id = sent == null ? properties.uniqueKey().orElse("") : sent.uniqueKey();
            String record = fields(
                    "Pub",
                    startMs,
                    REGION,
                    producerGroup,
                    message.topic(),
                    id,
                    properties.tag().orElse(""),
                    String.join(" ", properties.keys()),
                    sent == null ? "" : storeHost(sent),
                    message.body().length,
                    tookMs,
                    typeOf(properties),
                    sent == null ? "" : sent.messageId(),
                    failure == null,
                    host);
            tell(record, List.of(id), properties.keys());
        });
    }

    @Override
    public void ended(TransactionEnd end) {
        MessageProperties properties = end.message().properties();
        String record = fields(
                "EndTransaction",
                System.currentTimeMillis(),
                REGION,
                producerGroup,
                end.message().topic(),
                end.uniqueKey(),
                properties.tag().orElse(""),
                String.join(" ", properties.keys()),
                end.brokerAddress(),
                TRANSACTION_END,
                end.uniqueKey(),
                end.decision() == Decision.COMMIT ? "COMMIT_MESSAGE" : "ROLLBACK_MESSAGE",
                end.afterCheck());
        tell(record, List.of(end.uniqueKey()), properties.keys());
    }

    @Override
    public void recalled(TopicName topic, Sent waiting, boolean takenBack) {
        String record = fields(
                "Recall", System.currentTimeMillis(), REGION, producerGroup, topic, waiting.uniqueKey(), takenBack);
        tell(record, List.of(waiting.uniqueKey()), List.of());
    }

    private static String storeHost(Sent sent) {
        InetSocketAddress address = MessageId.parse(sent.messageId()).storeHost();
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    private static int typeOf(MessageProperties properties) {
        if (properties.has(PropertyNames.TRANSACTION_PREPARED)) {
            return 1;
        }
        boolean delayed = properties.has(PropertyNames.DELAY_LEVEL)
                || properties.has(PropertyNames.TIMER_DELAY_MS)
                || properties.has(PropertyNames.TIMER_DELAY_SEC)
                || properties.has(PropertyNames.TIMER_DELIVER_MS);
        return delayed ? 3 : 0;
    }

    @Override
    public Verdict around(GroupName group, List<ReceivedMessage> messages, BatchListener next) throws Exception {
        String request = UUID.randomUUID().toString().replace("-", "");
        long startMs = System.currentTimeMillis();
        StringBuilder before = new StringBuilder();
        List<String> ids = new ArrayList<>();
        List<String> keys = new ArrayList<>();
        for (ReceivedMessage message : messages) {
            ids.add(message.uniqueKey());
            keys.addAll(message.properties().keys());
            before.append(fields(
                    "SubBefore",
                    startMs,
                    REGION,
                    group,
                    request,
                    message.uniqueKey(),
                    message.attempt() - 1,
                    String.join(" ", message.properties().keys())));
        }
        tell(before.toString(), ids, keys);
        int code = EXCEPTION;
        try {
            Verdict verdict = next.onMessages(messages);
            code = verdict instanceof Verdict.Done ? SUCCESS : FAILED;
            return verdict;
        } finally {
            long nowMs = System.currentTimeMillis();
            StringBuilder after = new StringBuilder();
            for (ReceivedMessage message : messages) {
                after.append(fields(
                        "SubAfter",
                        request,
                        message.uniqueKey(),
                        nowMs - startMs,
                        code == SUCCESS,
                        String.join(" ", message.properties().keys()),
                        code,
                        nowMs,
                        group));
            }
            tell(after.toString(), ids, keys);
        }
    }

    private static String fields(Object... values) {
        StringBuilder record = new StringBuilder();
        for (Object value : values) {
            record.append(record.isEmpty() ? "" : FIELD).append(value);
        }
        return record.append(RECORD).toString();
    }

    private void tell(String records, List<String> ids, List<String> keys) {
        List<String> all = new ArrayList<>(ids);
        all.addAll(keys);
        all.removeIf(String::isEmpty);
        try {
            out.accept(Message.of(TOPIC.value(), records).withKeys(all.toArray(String[]::new)));
        } catch (RuntimeException refused) {
            lost.incrementAndGet();
        }
    }
}
