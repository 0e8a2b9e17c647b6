package io.sluice.mqtt.deliver;

import io.sluice.model.MessageQueue;
import io.sluice.mqtt.message.Delivery;
import io.sluice.mqtt.message.MessageMapping;
import io.sluice.mqtt.topic.MqttTopic;
import io.sluice.mqtt.topic.SharedFilter;
import io.sluice.mqtt.topic.SubscriptionTrie;
import io.sluice.mqtt.topic.TopicFilter;
import io.sluice.mqtt.topic.TopicMapping;
import io.sluice.port.BrokerPort;
import io.sluice.port.Records;
import io.sluice.runtime.DutyThread;
import io.sluice.wire.message.MessageView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * Brings each new record of the log to the sessions whose filters match it.
 *
 * <p>A session whose filters overlap gets one copy, with the highest QoS granted and the identifiers of all subscriptions that
 * match (MQTT-5.0 §3.3.4). Records of one queue are delivered one after another; when a session has no room for one, its
 * queue waits, see {@link Inbox}.
 */
public final class FanOut implements AutoCloseable {

    /** Long against {@link DeliveryLimits#topicRefreshMs}, at which leases are looked after; short for those who wait. */
    private static final Duration SHARED_LEASE = Duration.ofSeconds(30);

    private final SubscriptionTrie<Inbox, Subscription> trie = new SubscriptionTrie<>();
    private final TopicTails tails;
    private final SharedSubscriptions shares;
    private final DeliveryReader reader;
    private final DutyThread watch;

    private FanOut(BrokerPort port, DeliveryLimits limits, Traffic traffic) {
        this.tails = new TopicTails(port, limits.followedTopicsMax(), this::deliver);
        this.reader = new DeliveryReader(traffic);
        this.shares = new SharedSubscriptions(port.leases(), limits.sharedInFlightMax(), SHARED_LEASE, reader);
        this.watch = DutyThread.start(new FanOutWatch(tails, shares, limits.topicRefreshMs()));
    }

    /** Starts the thread {@code mqtt-fan-out-watch}; {@link #close} ends it. The port stays the caller's. */
    public static FanOut open(BrokerPort port, DeliveryLimits limits, Traffic traffic) {
        return new FanOut(port, limits, traffic);
    }

    /**
     * Adds a subscription, or takes the place of the one that the inbox has for this filter (which is still to be closed).
     *
     * <p>The stage completes when every message stored from then on will reach the inbox. It fails with
     * {@link io.sluice.port.RefusedException} when the broker or a bound of this door is against it.
     *
     * @throws io.sluice.mqtt.topic.IllegalTopicException when the filter's first level makes no native topic name
     */
    public CompletionStage<Subscription> subscribe(TopicFilter filter, Inbox inbox, SubscriptionOptions options) {
        Following following = filter.reachesEveryTopic()
                ? tails.watchAll()
                : tails.acquire(TopicMapping.nativeTopic(filter.firstLevel()));
        Subscription subscription = new Subscription(filter.text(), filter, options, ended -> {
            trie.remove(filter, inbox, ended);
            following.close();
        });
        return following.ready().handle((done, failure) -> {
            if (failure != null) {
                subscription.close();
                throw failure instanceof CompletionException wrapped ? wrapped : new CompletionException(failure);
            }
            trie.put(filter, inbox, subscription);
            return subscription;
        });
    }

    /**
     * Makes the inbox one of those that share a subscription (MQTT-5.0 §4.8.2). The stage completes when every message stored
     * from then on will reach one of them.
     *
     * @throws io.sluice.mqtt.topic.IllegalTopicException when the filter cannot be shared here
     */
    public CompletionStage<Subscription> share(SharedFilter filter, Inbox inbox, SubscriptionOptions options) {
        return shares.join(filter, inbox, options);
    }

    private CompletionStage<Void> deliver(MessageQueue queue, Records records, long reachFrom, Reach below) {
        return new DeliveryRun(records, slice -> {
                    MessageView view = MessageView.of(slice);
                    return match(view, view.queueOffset() < reachFrom ? below : Reach.ALL);
                })
                .start();
    }

    /** Who gets one record, and what exactly. */
    private List<Addressed> match(MessageView view, Reach reach) {
        MqttTopic topic = MessageMapping.topicOf(view);
        Map<Inbox, Matches> matching = new LinkedHashMap<>();
        trie.match(topic, (inbox, subscription) -> {
            if (reach.includes(subscription)) {
                matching.computeIfAbsent(inbox, none -> new Matches())
                        .subscriptions
                        .add(subscription);
            }
        });
        if (matching.isEmpty()) {
            return List.of();
        }
        Optional<Delivery> delivery = reader.read(view, topic);
        if (delivery.isEmpty()) {
            return List.of();
        }
        List<Addressed> addressed = new ArrayList<>(matching.size());
        matching.forEach((inbox, matches) -> matches.address(inbox, delivery.get(), addressed));
        return addressed;
    }

    /** One delivery on its way into one inbox. */
    record Addressed(Inbox inbox, Inbox.Item item) {}

    /** The subscriptions of one session that match one message. */
    private static final class Matches {
        private final List<Subscription> subscriptions = new ArrayList<>(1);

        void address(Inbox inbox, Delivery delivery, List<Addressed> into) {
            boolean own = delivery.publisher().filter(inbox.clientId()::equals).isPresent();
            int granted = -1;
            List<Integer> identifiers = new ArrayList<>(subscriptions.size());
            for (Subscription subscription : subscriptions) {
                SubscriptionOptions options = subscription.options();
                if (!(own && options.noLocal())) {
                    granted = Math.max(granted, options.qos());
                    if (options.identifier() > 0) {
                        identifiers.add(options.identifier());
                    }
                }
            }
            if (granted >= 0) {
                int qos = Math.min(granted, delivery.publication().qos());
                into.add(new Addressed(inbox, new Inbox.Item(delivery, qos, List.copyOf(identifiers), Loan.NONE)));
            }
        }
    }

    /** How many subscriptions there are on this node. */
    public int subscriptions() {
        return trie.size() + shares.members();
    }

    /** How many native topics are followed on this node. */
    public int followedTopics() {
        return tails.size();
    }

    /** Ends the thread and every tail. Subscriptions may still be closed afterwards. */
    @Override
    public void close() {
        watch.close();
        shares.close();
        tails.close();
    }
}
