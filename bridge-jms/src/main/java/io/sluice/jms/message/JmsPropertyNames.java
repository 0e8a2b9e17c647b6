package io.sluice.jms.message;

import io.sluice.model.PropertyNames;
import java.util.Map;
import java.util.Set;

/** Properties by which applications reach fields that other doors share, and properties that this provider sets. */
public final class JmsPropertyNames {
    /** The tag. */
    public static final String TAG = "JMS_Sluice_Tag";
    /** The index keys, separated by blanks. */
    public static final String KEYS = "JMS_Sluice_Keys";
    /** The content type. */
    public static final String CONTENT_TYPE = "JMS_Sluice_ContentType";
    /** Reply address of another door that names no JMS destination; read only. */
    public static final String FOREIGN_REPLY_TO = "JMS_Sluice_ReplyTo";
    /** Set on receipt: 1 for the first delivery (Jakarta Messaging 3.1 §3.5.11). */
    public static final String DELIVERY_COUNT = "JMSXDeliveryCount";

    /** Properties of applications that are stored under another name, which every door shares. */
    public static final Map<String, String> SHARED = Map.of(
            TAG, PropertyNames.TAGS,
            KEYS, PropertyNames.KEYS,
            CONTENT_TYPE, PropertyNames.CONTENT_TYPE);

    /** Stored names that JMS shows as header fields, not as properties. */
    static final Set<String> HEADERS =
            Set.of(PropertyNames.CONTENT_TYPE, PropertyNames.REPLY_TO, PropertyNames.EXPIRES_AT);

    private JmsPropertyNames() {}
}
