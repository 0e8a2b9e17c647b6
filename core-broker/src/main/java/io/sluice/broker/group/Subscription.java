package io.sluice.broker.group;

import io.sluice.model.FilterExpression;
import io.sluice.model.TopicName;
import java.util.Objects;

/**
 * What one consumer group wants of one topic.
 *
 * @param filter  the expression, parsed
 * @param text    the expression as the client wrote it
 * @param version the client's number for this text: higher is newer
 */
public record Subscription(TopicName topic, FilterExpression filter, String text, long version) {
    public Subscription {
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(filter, "filter");
        Objects.requireNonNull(text, "text");
    }

    /** Whether both let the same messages through; the version plays no part. */
    boolean wantsTheSameAs(Subscription other) {
        return topic.equals(other.topic) && filter.equals(other.filter);
    }
}
