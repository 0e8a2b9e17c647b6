package io.sluice.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Name-value pairs of one message, immutable, in insertion order.
 *
 * <p>Values are text. The characters 0x01 and 0x02 separate pairs in the stored form and may stand in neither names nor
 * values; an empty value does not survive the stored form and is therefore the same as no value.
 */
public final class MessageProperties {
    public static final MessageProperties NONE = new MessageProperties(Map.of());

    /** Names that the broker and its clients give a meaning; applications may not set them as user properties. */
    private static final Set<String> RESERVED = Set.of(
            "KEYS",
            "TAGS",
            "WAIT",
            "DELAY",
            "RETRY_TOPIC",
            "REAL_TOPIC",
            "REAL_QID",
            "TRAN_MSG",
            "PGROUP",
            "MIN_OFFSET",
            "MAX_OFFSET",
            "BUYER_ID",
            "ORIGIN_MESSAGE_ID",
            "TRANSFER_FLAG",
            "CORRECTION_FLAG",
            "MQ2_FLAG",
            "RECONSUME_TIME",
            "MSG_REGION",
            "UNIQ_KEY",
            "MAX_RECONSUME_TIMES",
            "CONSUME_START_TIME",
            "TRACE_ON",
            "POP_CK",
            "1ST_POP_TIME",
            "TIMER_DELAY_SEC",
            "TIMER_DELAY_MS",
            "TIMER_DELIVER_MS",
            "TIMER_OUT_MS",
            "TIMER_ENQUEUE_MS",
            "TIMER_DEQUEUE_MS",
            "TIMER_ROLL_TIMES",
            "TIMER_DEL_UNIQKEY",
            PropertyNames.TIMER_REWRITE_AT,
            "CLUSTER",
            "INNER_NUM",
            "INNER_BASE",
            "INNER_MULTI_DISPATCH",
            "INNER_MULTI_QUEUE_OFFSET",
            "DLQ_ORIGIN_TOPIC",
            "DLQ_ORIGIN_MESSAGE_ID",
            "CORRELATION_ID",
            "REPLY_TO_CLIENT",
            "MSG_TYPE",
            "TTL",
            "ARRIVE_TIME",
            "PUSH_REPLY_TIME",
            "INSTANCE_ID",
            "TRAN_PREPARED_QUEUE_OFFSET",
            "TRANSACTION_CHECK_TIMES",
            "CHECK_IMMUNITY_TIME_IN_SECONDS",
            "__transactionId__",
            "__SHARDINGKEY",
            "__CRC32#",
            "__BORNHOST",
            "BORN_TIMESTAMP",
            "TRACE_CONTEXT",
            "EXTEND_UNIQ_INFO",
            "DUP_INFO",
            "PROPERTY_FORWARD_QUEUE_ID",
            "REDIRECT",
            PropertyNames.PROPERTY_TYPES,
            PropertyNames.JMS_DESTINATION,
            PropertyNames.JMS_REPLY_KIND,
            PropertyNames.JMS_BODY,
            PropertyNames.JMS_CONNECTION,
            PropertyNames.JMS_TYPE,
            PropertyNames.JMS_PRIORITY,
            PropertyNames.JMS_DELIVERY_MODE,
            PropertyNames.JMS_TIMESTAMP);

    private final Map<String, String> pairs;

    private MessageProperties(Map<String, String> pairs) {
        this.pairs = pairs;
    }

    /** Copies the pairs, leaving out empty and absent values. */
    public static MessageProperties of(Map<String, String> pairs) {
        if (pairs.isEmpty()) {
            return NONE;
        }
        LinkedHashMap<String, String> kept = new LinkedHashMap<>();
        pairs.forEach((name, value) -> putChecked(kept, name, value));
        return new MessageProperties(kept);
    }

    /** Whether the name belongs to the broker or its clients, so that an application may not set it itself. */
    public static boolean isReserved(String name) {
        return RESERVED.contains(name) || name.startsWith("__RMQ.");
    }

    private static void putChecked(LinkedHashMap<String, String> into, String name, String value) {
        if (name == null || name.isEmpty()) {
            throw new IllegalArgumentException("a message property has no name");
        }
        if (hasSeparator(name) || value != null && hasSeparator(value)) {
            throw new IllegalArgumentException(
                    "message property '%s' contains a separator character (0x01 or 0x02)".formatted(name));
        }
        if (value != null && !value.isEmpty()) {
            into.put(name, value);
        }
    }

    private static boolean hasSeparator(String text) {
        return text.indexOf('\u0001') >= 0 || text.indexOf('\u0002') >= 0;
    }

    /** The value, or {@code null} when the message has no such property. */
    public String get(String name) {
        return pairs.get(name);
    }

    public Optional<String> find(String name) {
        return Optional.ofNullable(pairs.get(name));
    }

    public boolean has(String name) {
        return pairs.containsKey(name);
    }

    public Optional<String> tag() {
        return find(PropertyNames.TAGS);
    }

    /** Index keys in the order given; the stored form separates them by blanks. */
    public List<String> keys() {
        String keys = pairs.get(PropertyNames.KEYS);
        return keys == null ? List.of() : List.of(keys.trim().split(" +"));
    }

    public Optional<String> contentType() {
        return find(PropertyNames.CONTENT_TYPE);
    }

    public Optional<String> uniqueKey() {
        return find(PropertyNames.UNIQUE_KEY);
    }

    /** A new value with the pair added or replaced; an empty or absent value removes the pair. */
    public MessageProperties with(String name, String value) {
        LinkedHashMap<String, String> changed = new LinkedHashMap<>(pairs);
        changed.remove(name);
        putChecked(changed, name, value);
        return new MessageProperties(changed);
    }

    public MessageProperties without(String name) {
        if (!pairs.containsKey(name)) {
            return this;
        }
        LinkedHashMap<String, String> changed = new LinkedHashMap<>(pairs);
        changed.remove(name);
        return new MessageProperties(changed);
    }

    public MessageProperties withTag(String tag) {
        return with(PropertyNames.TAGS, tag);
    }

    public MessageProperties withKeys(List<String> keys) {
        return with(PropertyNames.KEYS, String.join(" ", keys));
    }

    /** The pairs that are not {@linkplain #isReserved reserved}: what an application set itself. */
    public Map<String, String> userProperties() {
        LinkedHashMap<String, String> user = new LinkedHashMap<>();
        pairs.forEach((name, value) -> {
            if (!isReserved(name)) {
                user.put(name, value);
            }
        });
        return Collections.unmodifiableMap(user);
    }

    public Map<String, String> asMap() {
        return Collections.unmodifiableMap(pairs);
    }

    public int size() {
        return pairs.size();
    }

    public void forEach(BiConsumer<String, String> each) {
        pairs.forEach(each);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MessageProperties that && pairs.equals(that.pairs);
    }

    @Override
    public int hashCode() {
        return Objects.hash(pairs);
    }

    @Override
    public String toString() {
        return pairs.toString();
    }
}
