package io.sluice.client.send;

import io.sluice.model.Message;
import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.port.Refusal;
import io.sluice.wire.message.MessageLayout;
import io.sluice.wire.message.PropertiesCodec;
import io.sluice.wire.message.SysFlag;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** From messages to what is sent: checks, ids, compression. Any thread; works on the thread of the caller. */
final class Packing {
    /** What a message says that goes alone; see docs/doors/native-client.md, "Sending". */
    private static final Set<String> TRAVEL_ALONE = Set.of(
            PropertyNames.DELAY_LEVEL,
            PropertyNames.IDEMPOTENCY_KEY,
            PropertyNames.TIMER_DELAY_SEC,
            PropertyNames.TIMER_DELAY_MS,
            PropertyNames.TIMER_DELIVER_MS,
            PropertyNames.TRANSACTION_PREPARED,
            PropertyNames.MESSAGE_TYPE);

    private static final Set<String> DELAYS = Set.of(
            PropertyNames.DELAY_LEVEL,
            PropertyNames.TIMER_DELAY_SEC,
            PropertyNames.TIMER_DELAY_MS,
            PropertyNames.TIMER_DELIVER_MS);

    /** Whether the answer waits for the durability configured; a frame has one rule for all its messages. */
    private static final String WAIT = "WAIT";

    private final SendConfig config;
    private final UniqueKeys keys;

    Packing(SendConfig config, UniqueKeys keys) {
        this.config = config;
        this.keys = keys;
    }

    /**
     * One message, to travel with others if it may.
     *
     * @throws SendFailedException when the message is too large or breaks a rule
     */
    Parcel parcel(Message message, QueueChoice choice, long deadlineNanos) {
        if (!mayShareFrame(message)) {
            return Parcel.alone(message, pack(message, Outbound.Redelivery.NONE), choice, deadlineNanos);
        }
        requireSize("body", message.body().length, message.topic());
        MessageProperties properties = message.properties();
        int propertiesBytes = properties.size() == 0 ? 0 : PropertiesCodec.encodedBytes(properties);
        if (config.uniqueKeys() && !properties.has(PropertyNames.UNIQUE_KEY)) {
            propertiesBytes += ParcelFrames.keyBytes(keys);
        }
        requireFit(propertiesBytes, message.topic());
        return Parcel.plain(message, choice, deadlineNanos, message.body().length + propertiesBytes);
    }

    /** Messages that the broker treats in a way of their own are no part of a batch, nor those that travel compressed. */
    private boolean mayShareFrame(Message message) {
        if (config.batchBytes() == SendConfig.NO_BATCHES
                || message.body().length >= config.compressFromBytes()
                || message.topic().isRetry()) {
            return false;
        }
        MessageProperties properties = message.properties();
        if (properties.size() == 0) {
            return true;
        }
        return properties.asMap().keySet().stream().noneMatch(TRAVEL_ALONE::contains)
                && !"false".equals(properties.get(WAIT));
    }

    /** @throws SendFailedException when the message is too large or breaks a rule */
    Outbound pack(Message message, Outbound.Redelivery redelivery) {
        requireSize("body", message.body().length, message.topic());
        MessageProperties properties = named(message.properties());
        requireFit(PropertiesCodec.encodedBytes(properties), message.topic());
        byte[] body = message.body();
        int sysFlag = 0;
        if (body.length >= config.compressFromBytes()) {
            byte[] compressed = config.compression().compress(body, config.compressionLevel());
            if (compressed.length < body.length) {
                body = compressed;
                sysFlag = config.compression().sysFlag();
            }
        }
        if (properties.has(PropertyNames.TRANSACTION_PREPARED)) {
            sysFlag |= SysFlag.TRANSACTION_PREPARED;
        }
        return Outbound.of(message, body, properties, sysFlag, redelivery);
    }

    /** @throws SendFailedException when the messages cannot be one batch, or are too large together */
    Outbound packBatch(List<Message> messages) {
        if (messages.isEmpty()) {
            throw refused(Refusal.ILLEGAL_ARGUMENT, "a batch has no messages; expected at least one");
        }
        TopicName topic = messages.get(0).topic();
        if (topic.isRetry()) {
            throw refused(Refusal.ILLEGAL_ARGUMENT, "batches to retry topic %s are not allowed".formatted(topic));
        }
        List<Message> named = new ArrayList<>(messages.size());
        List<String> uniqueKeys = new ArrayList<>(messages.size());
        for (Message message : messages) {
            if (!message.topic().equals(topic)) {
                throw refused(
                        Refusal.ILLEGAL_ARGUMENT,
                        "a batch has messages for %s and %s; expected one topic".formatted(topic, message.topic()));
            }
            if (DELAYS.stream().anyMatch(message.properties()::has)) {
                throw refused(
                        Refusal.ILLEGAL_ARGUMENT,
                        "a batch for %s has a delayed message; send it on its own".formatted(topic));
            }
            MessageProperties properties = named(message.properties());
            requireFit(PropertiesCodec.encodedBytes(properties), topic);
            named.add(message.withProperties(properties));
            uniqueKeys.add(properties.uniqueKey().orElse(""));
        }
        requireSize(
                "batch",
                named.stream().mapToLong(message -> message.body().length).sum(),
                topic);
        byte[] body = BatchEncoder.encode(named);
        requireSize("batch", body.length, topic);
        Message first = messages.get(0);
        return new Outbound(
                topic, body, "", 0, first.flag(), first.bornAtMs(), uniqueKeys, true, Outbound.Redelivery.NONE);
    }

    private MessageProperties named(MessageProperties properties) {
        return config.uniqueKeys() && !properties.has(PropertyNames.UNIQUE_KEY)
                ? properties.with(PropertyNames.UNIQUE_KEY, keys.next())
                : properties;
    }

    private void requireSize(String what, long bytes, TopicName topic) {
        if (bytes > config.maxMessageBytes()) {
            throw refused(
                    Refusal.TOO_LARGE,
                    "%s of %d bytes for topic %s is too large; at most %d bytes are allowed"
                            .formatted(what, bytes, topic, config.maxMessageBytes()));
        }
    }

    private static void requireFit(int propertiesBytes, TopicName topic) {
        if (propertiesBytes > MessageLayout.PROPERTIES_MAX_BYTES) {
            throw refused(
                    Refusal.TOO_LARGE,
                    "properties of a message for topic %s take more than %d bytes"
                            .formatted(topic, MessageLayout.PROPERTIES_MAX_BYTES));
        }
    }

    static SendFailedException refused(Refusal reason, String message) {
        return new SendFailedException(reason, false, message);
    }
}
