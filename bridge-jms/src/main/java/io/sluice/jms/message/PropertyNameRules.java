package io.sluice.jms.message;

import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import jakarta.jms.JMSException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Which names an application may give a property (Jakarta Messaging 3.1 §3.5.1, §3.8.1.1). */
final class PropertyNameRules {
    private static final Set<String> SELECTOR_WORDS =
            Set.of("NULL", "TRUE", "FALSE", "NOT", "AND", "OR", "BETWEEN", "LIKE", "IN", "IS", "ESCAPE");

    /** Names that mean something to every door, and how a JMS application reaches the same field. */
    private static final Map<String, String> INSTEAD = Map.of(
            PropertyNames.TAGS,
            "set " + JmsPropertyNames.TAG,
            PropertyNames.KEYS,
            "set " + JmsPropertyNames.KEYS,
            PropertyNames.CONTENT_TYPE,
            "set " + JmsPropertyNames.CONTENT_TYPE,
            PropertyNames.REPLY_TO,
            "use setJMSReplyTo",
            PropertyNames.CORRELATION_ID,
            "use setJMSCorrelationID",
            PropertyNames.EXPIRES_AT,
            "set a time to live on the producer");

    private PropertyNameRules() {}

    /**
     * @throws IllegalArgumentException when the name is null or empty
     * @throws JMSException when it is not an identifier, or belongs to the broker
     */
    static void check(String name) throws JMSException {
        if (name == null || name.isEmpty()) {
            throw new IllegalArgumentException("a property name is null or empty; expected a Java identifier");
        }
        if (!isIdentifier(name)) {
            throw new JMSException("property name '%s' is not a Java identifier, or is a word of the selector language"
                    .formatted(name));
        }
        if (INSTEAD.containsKey(name)) {
            throw new JMSException("property name '%s' belongs to the broker; %s".formatted(name, INSTEAD.get(name)));
        }
        if (MessageProperties.isReserved(name) || JmsPropertyNames.FOREIGN_REPLY_TO.equals(name)) {
            throw new JMSException("property name '%s' belongs to the broker; choose another".formatted(name));
        }
    }

    private static boolean isIdentifier(String name) {
        return Character.isJavaIdentifierStart(name.charAt(0))
                && name.chars().allMatch(c -> Character.isJavaIdentifierPart(c) && !Character.isIdentifierIgnorable(c))
                && !SELECTOR_WORDS.contains(name.toUpperCase(Locale.ROOT));
    }
}
