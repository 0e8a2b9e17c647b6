package io.sluice.broker.group;

import io.sluice.model.GroupName;
import java.util.List;
import java.util.Set;

/**
 * What a client says of itself every so often.
 *
 * @param fingerprint   hash of the client's subscriptions, 0 when the client does not use fingerprints
 * @param withoutWants  the consumers come without their subscriptions, because the fingerprint says it all
 * @param producers     producer groups of the client
 * @param consumers     consumer groups of the client
 */
public record Heartbeat(
        String clientId,
        String language,
        int version,
        int fingerprint,
        boolean withoutWants,
        Set<GroupName> producers,
        List<Consumer> consumers) {
    public Heartbeat {
        producers = Set.copyOf(producers);
        consumers = List.copyOf(consumers);
    }

    /** One consumer group of the client, with all that it subscribes to. */
    public record Consumer(GroupName group, ConsumerTraits traits, List<Subscription> wants) {
        public Consumer {
            wants = List.copyOf(wants);
        }
    }
}
