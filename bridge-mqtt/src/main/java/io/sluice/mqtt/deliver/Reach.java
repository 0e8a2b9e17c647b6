package io.sluice.mqtt.deliver;

/** Which subscriptions a record is meant for. */
enum Reach {
    /** All: the ordinary case. */
    ALL,
    /** Those whose filter begins with a wildcard: the beginning of a topic that was discovered after it got messages. */
    EVERY_TOPIC_FILTERS,
    /** The others: the same records when they come by the tail as well. */
    ONE_TOPIC_FILTERS;

    boolean includes(Subscription subscription) {
        return this == ALL || subscription.filter().reachesEveryTopic() == (this == EVERY_TOPIC_FILTERS);
    }
}
