package io.sluice.client.presence;

import io.sluice.client.read.Pulls;
import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import io.sluice.wire.body.HeartbeatData.ConsumerData;
import io.sluice.wire.body.HeartbeatData.ProducerData;
import io.sluice.wire.body.SubscriptionData;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** One group of this client, as brokers are told of it. */
public sealed interface Presence {
    GroupName group();

    /** A group that sends. */
    record OfProducer(GroupName group) implements Presence {
        ProducerData data() {
            return new ProducerData(group.value());
        }
    }

    /**
     * A group that consumes.
     *
     * @param kind          how it reads
     * @param model         whether its members share the messages or each gets all
     * @param subscriptions what it wants of each topic
     * @param sinceMs       version of the subscriptions: the time they were made, epoch ms
     */
    record OfConsumer(
            GroupName group, Kind kind, Model model, Map<TopicName, FilterExpression> subscriptions, long sinceMs)
            implements Presence {
        public OfConsumer {
            subscriptions = Map.copyOf(subscriptions);
        }

        ConsumerData data() {
            Set<SubscriptionData> wanted = new LinkedHashSet<>();
            subscriptions.forEach((topic, filter) -> wanted.add(subscription(topic, filter)));
            return new ConsumerData(group.value(), kind.word, model.name(), "CONSUME_FROM_LAST_OFFSET", wanted, false);
        }

        private SubscriptionData subscription(TopicName topic, FilterExpression filter) {
            Set<String> tags = filter instanceof FilterExpression.Tags some ? some.tags() : Set.of();
            Set<Integer> hashes = new LinkedHashSet<>();
            tags.forEach(tag -> hashes.add(tag.hashCode()));
            return new SubscriptionData(
                    topic.value(), filter.toString(), tags, hashes, sinceMs, Pulls.typeOf(filter), false);
        }
    }

    /** How a consumer reads. */
    enum Kind {
        /** Messages are handed to a listener. */
        PUSH("CONSUME_PASSIVELY"),
        /** The application asks for them. */
        PULL("CONSUME_ACTIVELY");

        private final String word;

        Kind(String word) {
            this.word = word;
        }
    }

    /** Who of a group gets a message. */
    enum Model {
        /** One member. */
        CLUSTERING,
        /** Every member. */
        BROADCASTING
    }
}
