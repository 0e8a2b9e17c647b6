package io.sluice.jms.message;

import io.sluice.model.PropertyNames;
import java.util.Map;
import java.util.Set;

/**
 * Names under which this provider keeps its own notes on a stored message, and the names by which applications see fields
 * that other doors share. The notes begin with {@code jms}; doors and tools may hide them.
 */
public final class JmsPropertyNames {
    /** {@code queue} or {@code topic}: which of two destinations of one name the message was sent to. */
    public static final String DESTINATION = "jmsDestination";
    /** Types of the properties that are not plain text, see {@link TypedProperties}. */
    public static final String TYPES = "jmsTypes";
    /** Header JMSType. */
    public static final String TYPE = "jmsType";
    /** Header JMSPriority, 0..9. */
    public static final String PRIORITY = "jmsPriority";
    /** Header JMSDeliveryMode as selectors compare it: {@code PERSISTENT} or {@code NON_PERSISTENT}. */
    public static final String DELIVERY_MODE = "jmsDeliveryMode";
    /** Header JMSTimestamp, epoch milliseconds; absent when the sender disabled it. */
    public static final String TIMESTAMP = "jmsTimestamp";
    /** What {@link PropertyNames#REPLY_TO} names: {@code queue}, {@code topic}, {@code temp-queue}, {@code temp-topic}. */
    public static final String REPLY_KIND = "jmsReplyTo";
    /** {@code none}: a message without a body; {@code null}: a text message whose text is null. */
    public static final String BODY = "jmsBody";
    /** Which connection sent a message to a topic; lets a subscriber leave out its own connection's messages. */
    public static final String CONNECTION = "jmsConnection";

    /** The tag, as a property of applications. */
    public static final String TAG = "JMS_Sluice_Tag";
    /** The index keys, separated by blanks, as a property of applications. */
    public static final String KEYS = "JMS_Sluice_Keys";
    /** The content type, as a property of applications. */
    public static final String CONTENT_TYPE = "JMS_Sluice_ContentType";
    /** Reply address of another door that names no JMS destination; read only. */
    public static final String FOREIGN_REPLY_TO = "JMS_Sluice_ReplyTo";

    /** Specification: JMSXDeliveryCount, set on receipt. */
    public static final String DELIVERY_COUNT = "JMSXDeliveryCount";

    /** Properties of applications that are stored under another name, which every door shares. */
    public static final Map<String, String> SHARED = Map.of(
            TAG, PropertyNames.TAGS,
            KEYS, PropertyNames.KEYS,
            CONTENT_TYPE, PropertyNames.CONTENT_TYPE);

    /** Stored names that never show as properties of applications. */
    static final Set<String> HIDDEN = Set.of(
            DESTINATION,
            TYPES,
            TYPE,
            PRIORITY,
            DELIVERY_MODE,
            TIMESTAMP,
            REPLY_KIND,
            BODY,
            CONNECTION,
            PropertyNames.CONTENT_TYPE,
            PropertyNames.REPLY_TO,
            PropertyNames.EXPIRES_AT);

    private JmsPropertyNames() {}
}
