package io.sluice.filter;

import io.sluice.model.PropertyNames;
import io.sluice.wire.message.MessageView;

/**
 * The properties of a stored message, by the names that conditions use. Values of a message that came in by the JMS door
 * have the types that it says, see {@link PropertyTypes}; those of any other are text.
 *
 * <p>Names that begin with {@code JMS} and that no property carries are the header fields of Jakarta Messaging (3.1
 * §3.8.1.1) and the properties that every door shares; they are found for messages of every door. Confined to one
 * evaluation.
 */
final class StoredProperties implements PropertyLookup {
    private static final Long PRIORITY_DEFAULT = 4L;
    private static final String DELIVERY_MODE_DEFAULT = "PERSISTENT";

    private final MessageView message;
    /** {@code null} for a message that did not come in by the JMS door. */
    private final String types;

    StoredProperties(MessageView message) {
        this.message = message;
        this.types = typesOf(message);
    }

    /** A list that would be empty is not stored. */
    private static String typesOf(MessageView message) {
        String listed = message.property(PropertyNames.JMS_TYPES);
        return listed == null && message.property(PropertyNames.JMS_DESTINATION) != null ? "" : listed;
    }

    @Override
    public boolean isTyped() {
        return types != null;
    }

    @Override
    public Object get(String name) {
        String text = message.property(name);
        Object value = types == null ? text : PropertyTypes.read(types, name, text);
        return value == null && name.startsWith("JMS") ? headerField(name) : value;
    }

    private Object headerField(String name) {
        return switch (name) {
            case "JMSMessageID" -> "ID:" + message.messageId();
            case "JMSCorrelationID" -> message.property(PropertyNames.CORRELATION_ID);
            case "JMSTimestamp" -> number(PropertyNames.JMS_TIMESTAMP, message.bornAtMs());
            case "JMSPriority" -> number(PropertyNames.JMS_PRIORITY, PRIORITY_DEFAULT);
            case "JMSType" -> message.property(PropertyNames.JMS_TYPE);
            case "JMSDeliveryMode" -> {
                String mode = message.property(PropertyNames.JMS_DELIVERY_MODE);
                yield mode == null ? DELIVERY_MODE_DEFAULT : mode;
            }
            case "JMS_Sluice_Tag" -> message.tag();
            case "JMS_Sluice_Keys" -> message.property(PropertyNames.KEYS);
            case "JMS_Sluice_ContentType" -> message.property(PropertyNames.CONTENT_TYPE);
            default -> null;
        };
    }

    private Long number(String name, Long absent) {
        String text = message.property(name);
        return text == null || NumberText.shapeOf(text) != NumberText.Shape.WHOLE ? absent : Long.valueOf(text);
    }
}
