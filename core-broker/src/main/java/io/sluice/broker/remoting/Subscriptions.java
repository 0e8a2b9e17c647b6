package io.sluice.broker.remoting;

import io.sluice.broker.group.Subscription;
import io.sluice.model.FilterExpression;
import io.sluice.model.TopicName;
import io.sluice.wire.body.SubscriptionData;
import java.util.Set;
import java.util.stream.Collectors;

/** Subscriptions between the form of the protocol and that of the services. */
final class Subscriptions {
    private Subscriptions() {}

    /** An absent type means tags. */
    static FilterExpression filter(String type, String text) {
        return SubscriptionData.SQL92.equals(type) ? FilterExpression.sql(text) : FilterExpression.tags(text);
    }

    /** @throws io.sluice.model.IllegalNameException when the topic's name is illegal */
    static Subscription subscription(SubscriptionData said) {
        return new Subscription(
                new TopicName(said.topic()),
                filter(said.expressionType(), said.subString()),
                said.subString(),
                said.subVersion());
    }

    static SubscriptionData data(Subscription subscription) {
        Set<String> tags = subscription.filter() instanceof FilterExpression.Tags some ? some.tags() : Set.of();
        return new SubscriptionData(
                subscription.topic().value(),
                subscription.text(),
                tags,
                tags.stream().map(String::hashCode).collect(Collectors.toSet()),
                subscription.version(),
                subscription.filter() instanceof FilterExpression.Sql ? SubscriptionData.SQL92 : SubscriptionData.TAG,
                false);
    }
}
