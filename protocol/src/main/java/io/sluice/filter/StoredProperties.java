package io.sluice.filter;

import io.sluice.model.PropertyNames;
import io.sluice.wire.message.MessageView;

/**
 * The properties of a stored message. Typed when the message says so in {@link PropertyNames#PROPERTY_TYPES}, else all
 * text. Jakarta Messaging's header fields (§3.8.1.1) that no property carries, and the properties that every door shares,
 * are taken from the record. Confined to one evaluation.
 */
final class StoredProperties implements PropertyLookup {
    private static final Long PRIORITY_DEFAULT = 4L;

    private final MessageView message;
    /** {@code null} for a message without types. */
    private final String types;

    StoredProperties(MessageView message) {
        this.message = message;
        this.types = message.property(PropertyNames.PROPERTY_TYPES);
    }

    @Override
    public boolean isTyped() {
        return types != null;
    }

    @Override
    public Object get(String name) {
        String text = message.property(name);
        if (text == null && name.startsWith("JMS")) {
            return headerField(name);
        }
        return types == null ? text : PropertyTypes.read(types, name, text);
    }

    private Object headerField(String name) {
        return switch (name) {
            case "JMSMessageID" -> "ID:" + message.messageId();
            case "JMSTimestamp" -> message.bornAtMs();
            case "JMSCorrelationID" -> message.property(PropertyNames.CORRELATION_ID);
            case "JMSPriority" -> PRIORITY_DEFAULT;
            case "JMSDeliveryMode" -> "PERSISTENT";
            case "JMS_Sluice_Tag" -> message.tag();
            case "JMS_Sluice_Keys" -> message.property(PropertyNames.KEYS);
            case "JMS_Sluice_ContentType" -> message.property(PropertyNames.CONTENT_TYPE);
            default -> null;
        };
    }
}
