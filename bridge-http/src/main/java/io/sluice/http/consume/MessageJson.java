package io.sluice.http.consume;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sluice.http.channel.Times;
import io.sluice.model.MessageProperties;
import io.sluice.model.MessageQueue;
import io.sluice.model.PropertyNames;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.wire.message.BodyCodec.CompressionException;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.SysFlag;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;

/**
 * A stored message as JSON, the same from every call. {@code tag} and {@code contentType} are null when the message has
 * none; {@code correlationId}, {@code replyTo} and {@code expiresAt} are there only when it has them.
 */
final class MessageJson {
    /** User properties with a member of their own. */
    private static final Set<String> OWN_MEMBER =
            Set.of(PropertyNames.CONTENT_TYPE, PropertyNames.REPLY_TO, PropertyNames.EXPIRES_AT);

    private MessageJson() {}

    /** As a pull shows it. */
    static void writeLeased(JsonGenerator json, Lease lease) throws IOException {
        MessageView view = MessageView.of(lease.slice());
        json.writeStartObject();
        json.writeStringField("receipt", lease.receipt().handle());
        json.writeStringField("id", view.messageId().toString());
        json.writeStringField("topic", lease.queue().topic().value());
        json.writeNumberField("queue", lease.queue().queueId());
        json.writeNumberField("offset", view.queueOffset());
        json.writeNumberField("attempt", lease.attempt());
        writeContent(json, view);
        json.writeStringField("leaseUntil", Times.iso(lease.leaseUntilMs()));
        json.writeEndObject();
    }

    /** As everybody sees it who does not lease it. */
    static void writeStored(JsonGenerator json, MessageQueue queue, MessageView view) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", view.messageId().toString());
        json.writeStringField("topic", queue.topic().value());
        json.writeStringField("broker", queue.brokerName());
        json.writeNumberField("queue", queue.queueId());
        json.writeNumberField("offset", view.queueOffset());
        writeContent(json, view);
        json.writeEndObject();
    }

    /** Found without knowing its queue's broker. */
    static void writeFound(JsonGenerator json, MessageView view) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", view.messageId().toString());
        json.writeStringField("topic", view.topic());
        json.writeNumberField("queue", view.queueId());
        json.writeNumberField("offset", view.queueOffset());
        writeContent(json, view);
        json.writeEndObject();
    }

    private static void writeContent(JsonGenerator json, MessageView view) throws IOException {
        MessageProperties properties = view.properties();
        json.writeStringField("tag", properties.get(PropertyNames.TAGS));
        json.writeArrayFieldStart("keys");
        for (String key : properties.keys()) {
            json.writeString(key);
        }
        json.writeEndArray();
        json.writeObjectFieldStart("props");
        for (Map.Entry<String, String> property : properties.userProperties().entrySet()) {
            if (!OWN_MEMBER.contains(property.getKey())) {
                json.writeStringField(property.getKey(), property.getValue());
            }
        }
        json.writeEndObject();
        json.writeStringField("contentType", properties.get(PropertyNames.CONTENT_TYPE));
        writeIfPresent(json, "correlationId", properties.get(PropertyNames.CORRELATION_ID));
        writeIfPresent(json, "replyTo", properties.get(PropertyNames.REPLY_TO));
        long expiresAt = expiresAt(properties.get(PropertyNames.EXPIRES_AT));
        if (expiresAt != NEVER) {
            json.writeStringField("expiresAt", Times.iso(expiresAt));
        }
        writeBody(json, view, properties.get(PropertyNames.CONTENT_TYPE));
        json.writeStringField("storedAt", Times.iso(view.storedAtMs()));
    }

    private static void writeIfPresent(JsonGenerator json, String member, String value) throws IOException {
        if (value != null) {
            json.writeStringField(member, value);
        }
    }

    /** A body that does not inflate is shown as it is stored, and said to be: one bad message must not hide the others. */
    private static void writeBody(JsonGenerator json, MessageView view, String contentType) throws IOException {
        byte[] body;
        try {
            body = view.body();
        } catch (CompressionException damaged) {
            ByteBuffer stored = view.storedBody();
            byte[] compressed = new byte[stored.remaining()];
            stored.get(compressed);
            json.writeBinaryField("data_base64", compressed);
            json.writeStringField("contentEncoding", compressionOf(view.sysFlag()));
            return;
        }
        DataForm.write(json, body, contentType);
    }

    private static String compressionOf(int sysFlag) {
        return switch (sysFlag & SysFlag.COMPRESSION_MASK) {
            case SysFlag.COMPRESSION_LZ4 -> "lz4";
            case SysFlag.COMPRESSION_ZSTD -> "zstd";
            default -> "zlib";
        };
    }

    static final long NEVER = Long.MAX_VALUE;

    /** Whether nobody needs the message any more. */
    static boolean isExpired(MessageView view, long nowMs) {
        return expiresAt(view.property(PropertyNames.EXPIRES_AT)) <= nowMs;
    }

    /** A value that is no positive number, from a foreign writer, means never. */
    private static long expiresAt(String property) {
        if (property == null) {
            return NEVER;
        }
        try {
            long expiresAt = Long.parseLong(property);
            return expiresAt > 0 ? expiresAt : NEVER;
        } catch (NumberFormatException foreign) {
            return NEVER;
        }
    }
}
