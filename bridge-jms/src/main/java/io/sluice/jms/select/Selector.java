package io.sluice.jms.select;

import io.sluice.filter.CompiledFilter;
import io.sluice.filter.FilterSyntaxException;
import io.sluice.filter.SqlExpression;
import io.sluice.jms.message.JmsPropertyNames;
import io.sluice.model.FilterExpression;
import io.sluice.wire.message.MessageView;
import jakarta.jms.InvalidSelectorException;
import java.util.Optional;
import java.util.Set;

/**
 * What one consumer wants of its destination (Jakarta Messaging 3.1 §3.8.1). Immutable.
 *
 * @param text       as given; none when every message is wanted
 * @param expression the same in the broker's property names
 */
public record Selector(Optional<String> text, FilterExpression expression, CompiledFilter filter) {
    public static final Selector ALL = new Selector(Optional.empty(), FilterExpression.ALL, CompiledFilter.ALL);

    /** The only header fields that a selector may name. */
    private static final Set<String> HEADERS =
            Set.of("JMSDeliveryMode", "JMSPriority", "JMSMessageID", "JMSTimestamp", "JMSCorrelationID", "JMSType");

    /** What is known on receipt only, and header fields that the specification leaves out. */
    private static final Set<String> NOT_SELECTABLE = Set.of(
            "JMSDestination",
            "JMSReplyTo",
            "JMSExpiration",
            "JMSRedelivered",
            "JMSDeliveryTime",
            JmsPropertyNames.DELIVERY_COUNT,
            JmsPropertyNames.FOREIGN_REPLY_TO);

    /**
     * @param text absent or blank: every message
     * @throws InvalidSelectorException when it is no condition, or names what cannot be selected by
     */
    public static Selector parse(String text) throws InvalidSelectorException {
        if (text == null || text.isBlank()) {
            return ALL;
        }
        SqlExpression condition = parsed(text);
        for (String name : condition.propertyNames()) {
            if (NOT_SELECTABLE.contains(name)) {
                throw new InvalidSelectorException(
                        "selector '%s' names %s; of the header fields only %s can be selected by"
                                .formatted(text, name, HEADERS.stream().sorted().toList()));
            }
        }
        FilterExpression inBrokerNames = FilterExpression.sql(condition
                .renamed(name -> JmsPropertyNames.SHARED.getOrDefault(name, name))
                .toString());
        return new Selector(Optional.of(text), inBrokerNames, CompiledFilter.of(inBrokerNames));
    }

    private static SqlExpression parsed(String text) throws InvalidSelectorException {
        try {
            return SqlExpression.parse(text);
        } catch (FilterSyntaxException wrong) {
            InvalidSelectorException invalid = new InvalidSelectorException("selector: " + wrong.getMessage());
            invalid.initCause(wrong);
            invalid.setLinkedException(wrong);
            throw invalid;
        }
    }

    /** For messages that are not leased but followed. */
    public boolean wants(MessageView message) {
        return filter.matches(message);
    }
}
