package io.sluice.mqtt.session;

import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttSubscriptionOption;
import io.netty.handler.codec.mqtt.MqttTopicSubscription;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import io.sluice.mqtt.deliver.FanOut;
import io.sluice.mqtt.deliver.Inbox;
import io.sluice.mqtt.deliver.Subscription;
import io.sluice.mqtt.deliver.SubscriptionOptions;
import io.sluice.mqtt.message.ProtocolViolation;
import io.sluice.mqtt.message.PublishPackets;
import io.sluice.mqtt.message.ReasonCode;
import io.sluice.mqtt.session.ClientLink.Hold;
import io.sluice.mqtt.topic.IllegalTopicException;
import io.sluice.mqtt.topic.SharedFilter;
import io.sluice.mqtt.topic.TopicFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

/**
 * The subscriptions of one session (MQTT-5.0 §3.8 to §3.11). A SUBSCRIBE is answered when all its filters are followed, or
 * its time is over; until then the client's next packet is not read. Confined to the event loop of the session.
 */
final class SubscriptionBook {
    private static final Set<Integer> ALLOWED_IN_SUBSCRIBE =
            Set.of(MqttProperties.SUBSCRIPTION_IDENTIFIER, MqttProperties.USER_PROPERTY);
    private static final Set<Integer> ALLOWED_IN_UNSUBSCRIBE = Set.of(MqttProperties.USER_PROPERTY);

    private static final int GRANTED = 0;

    private final Client client;
    private final ClientLink link;
    private final FanOut fanOut;
    private final Inbox inbox;
    private final SessionLimits limits;

    private final Map<String, Subscription> byFilter = new HashMap<>();
    /** How many of them have No Local. */
    private int noLocals;

    private boolean closed;

    SubscriptionBook(Client client, FanOut fanOut, Inbox inbox, SessionLimits limits) {
        this.client = client;
        this.link = client.link();
        this.fanOut = fanOut;
        this.inbox = inbox;
        this.limits = limits;
    }

    /** Whether the client asked anywhere not to hear its own messages. */
    boolean hasNoLocal() {
        return noLocals > 0;
    }

    /**
     * One SUBSCRIBE packet on its way to its SUBACK. Filters count in order, as if each had a packet of its own (MQTT-5.0
     * §3.8.4): one that is repeated is followed once, with its last options, and each of its places is answered alike.
     */
    private final class Request {
        private final int packetId;
        private final List<MqttTopicSubscription> asked;
        /** One for each filter asked for: 0 when granted, a failure, or {@code null} while open. */
        private final Integer[] outcomes;

        private final Map<String, Integer> firstPlaces = new HashMap<>();
        private final Map<String, MqttSubscriptionOption> lastOptions = new HashMap<>();
        private final Future<?> timeOut;
        private int open;
        private boolean answered;
        private String why = "";

        Request(int packetId, List<MqttTopicSubscription> asked) {
            this.packetId = packetId;
            this.asked = asked;
            this.outcomes = new Integer[asked.size()];
            for (int i = 0; i < asked.size(); i++) {
                firstPlaces.putIfAbsent(asked.get(i).topicFilter(), i);
                lastOptions.put(asked.get(i).topicFilter(), asked.get(i).option());
            }
            this.open = firstPlaces.size();
            this.timeOut = link.later(limits.subscribeTimeoutMs(), this::timeOut);
        }

        boolean repeats(int index) {
            return firstPlaces.get(asked.get(index).topicFilter()) != index;
        }

        MqttSubscriptionOption lastOptionAt(int index) {
            return lastOptions.get(asked.get(index).topicFilter());
        }

        void refuse(int index, ReasonCode reason, String because) {
            why = why.isEmpty() ? because : why;
            settle(index, reason.code() & 0xFF);
        }

        /**
         * A subscription that was made takes its place. One that comes after the answer is ended, unless it has replaced
         * another: then the client is as subscribed as before.
         */
        void made(int index, Subscription subscription, Throwable failure) {
            if (answered || closed) {
                if (subscription != null && !closed && byFilter.containsKey(subscription.text())) {
                    enter(subscription);
                } else if (subscription != null) {
                    subscription.close();
                }
                return;
            }
            if (failure != null) {
                String because = Refusals.unwrap(failure).getMessage();
                refuse(index, Refusals.ofSubscribe(failure), because == null ? "" : because);
                return;
            }
            enter(subscription);
            settle(index, GRANTED);
        }

        private void settle(int index, int outcome) {
            outcomes[index] = outcome;
            open--;
            if (open == 0) {
                answer();
            }
        }

        private void timeOut() {
            if (!answered && !closed) {
                why = "the broker did not answer within %d ms; subscribe again".formatted(limits.subscribeTimeoutMs());
                answer();
            }
        }

        private void answer() {
            answered = true;
            timeOut.cancel(false);
            List<Integer> said = new ArrayList<>(asked.size());
            for (MqttTopicSubscription one : asked) {
                Integer outcome = outcomes[firstPlaces.get(one.topicFilter())];
                if (outcome == null) {
                    said.add(ReasonCode.UNSPECIFIED_ERROR.code() & 0xFF);
                } else {
                    said.add(outcome == GRANTED ? one.option().qos().value() : outcome);
                }
            }
            link.write(client.packets().subAck(packetId, said, why));
            link.flush();
            link.release(Hold.SUBSCRIBING);
        }
    }

    /** @throws ProtocolViolation when the connection must end */
    void subscribe(MqttSubscribeMessage packet) {
        MqttProperties properties = packet.idAndPropertiesVariableHeader().properties();
        PublishPackets.requireOnly(properties, ALLOWED_IN_SUBSCRIBE, "SUBSCRIBE");
        int identifier = identifierOf(properties);
        List<MqttTopicSubscription> asked = packet.payload().topicSubscriptions();
        if (asked.isEmpty()) {
            throw new ProtocolViolation(ReasonCode.PROTOCOL_ERROR, "SUBSCRIBE without a topic filter");
        }
        asked.forEach(this::requireLegal);
        link.hold(Hold.SUBSCRIBING);
        Request request = new Request(packet.variableHeader().messageId(), asked);
        int room = limits.subscriptionsMax() - byFilter.size();
        for (int i = 0; i < asked.size(); i++) {
            if (request.repeats(i)) {
                continue;
            }
            String text = asked.get(i).topicFilter();
            Optional<Follow> follow = followOf(request, i, text);
            if (follow.isPresent() && !byFilter.containsKey(text) && --room < 0) {
                request.refuse(
                        i,
                        ReasonCode.QUOTA_EXCEEDED,
                        "a session may have %d subscriptions".formatted(limits.subscriptionsMax()));
            } else if (follow.isPresent()) {
                follow(request, i, follow.get(), identifier);
            }
        }
    }

    private int identifierOf(MqttProperties properties) {
        var identifiers = properties.getProperties(MqttProperties.SUBSCRIPTION_IDENTIFIER);
        if (identifiers.size() > 1) {
            throw new ProtocolViolation(ReasonCode.PROTOCOL_ERROR, "SUBSCRIBE with two Subscription Identifiers");
        }
        int identifier = PublishPackets.integer(properties, MqttProperties.SUBSCRIPTION_IDENTIFIER)
                .orElse(-1);
        if (identifier == 0) {
            throw new ProtocolViolation(ReasonCode.PROTOCOL_ERROR, "Subscription Identifier 0 does not exist");
        }
        return Math.max(identifier, 0);
    }

    private void requireLegal(MqttTopicSubscription asked) {
        boolean v5Options = asked.option().isNoLocal()
                || asked.option().isRetainAsPublished()
                || asked.option().retainHandling().value() != 0;
        if (client.version() == ProtocolVersion.V3 && v5Options) {
            throw new ProtocolViolation(ReasonCode.MALFORMED_PACKET, "reserved bits of a requested QoS are set");
        }
        if (asked.option().isNoLocal() && SharedFilter.isShared(asked.topicFilter())) {
            throw new ProtocolViolation(ReasonCode.PROTOCOL_ERROR, "a shared subscription may not have No Local");
        }
    }

    /** How to follow one filter. */
    @FunctionalInterface
    private interface Follow {
        CompletionStage<Subscription> with(SubscriptionOptions options);
    }

    /** Nothing when the filter was refused. */
    private Optional<Follow> followOf(Request request, int index, String text) {
        try {
            if (SharedFilter.isShared(text)) {
                SharedFilter filter = SharedFilter.parse(text);
                return Optional.of(options -> fanOut.share(filter, inbox, options));
            }
            TopicFilter filter = TopicFilter.parse(text);
            if (!filter.isServerOwned()) {
                return Optional.of(options -> fanOut.subscribe(filter, inbox, options));
            }
            request.refuse(index, ReasonCode.TOPIC_FILTER_INVALID, "no topics that begin with '$' are served");
        } catch (IllegalTopicException illegal) {
            request.refuse(index, ReasonCode.TOPIC_FILTER_INVALID, illegal.getMessage());
        }
        return Optional.empty();
    }

    private void follow(Request request, int index, Follow follow, int identifier) {
        MqttSubscriptionOption asked = request.lastOptionAt(index);
        SubscriptionOptions options = new SubscriptionOptions(asked.qos().value(), asked.isNoLocal(), identifier);
        try {
            follow.with(options)
                    .whenComplete((made, failure) -> client.loop().execute(() -> request.made(index, made, failure)));
        } catch (IllegalTopicException illegal) {
            request.refuse(index, ReasonCode.TOPIC_FILTER_INVALID, illegal.getMessage());
        }
    }

    /** @throws ProtocolViolation when the connection must end */
    void unsubscribe(MqttUnsubscribeMessage packet) {
        PublishPackets.requireOnly(
                packet.idAndPropertiesVariableHeader().properties(), ALLOWED_IN_UNSUBSCRIBE, "UNSUBSCRIBE");
        List<String> filters = packet.payload().topics();
        if (filters.isEmpty()) {
            throw new ProtocolViolation(ReasonCode.PROTOCOL_ERROR, "UNSUBSCRIBE without a topic filter");
        }
        List<ReasonCode> codes = new ArrayList<>(filters.size());
        for (String filter : filters) {
            boolean existed = end(byFilter.remove(filter));
            codes.add(existed ? ReasonCode.SUCCESS : ReasonCode.NO_SUBSCRIPTION_EXISTED);
        }
        link.write(client.packets().unsubAck(packet.variableHeader().messageId(), codes));
        link.flush();
    }

    private void enter(Subscription subscription) {
        noLocals += subscription.options().noLocal() ? 1 : 0;
        end(byFilter.put(subscription.text(), subscription));
    }

    /** Whether there was one to end. */
    private boolean end(Subscription subscription) {
        if (subscription == null) {
            return false;
        }
        noLocals -= subscription.options().noLocal() ? 1 : 0;
        subscription.close();
        return true;
    }

    /** Ends every subscription. */
    void close() {
        closed = true;
        byFilter.values().forEach(this::end);
        byFilter.clear();
    }
}
