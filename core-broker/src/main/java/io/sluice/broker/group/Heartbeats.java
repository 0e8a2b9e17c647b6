package io.sluice.broker.group;

import io.sluice.model.GroupName;
import io.sluice.wire.body.SubscriptionGroupConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a heartbeat sets in motion: groups get their settings and their retry topics, and members are noted. Groups that
 * may not come into being by themselves are left out. Safe for many threads.
 */
public final class Heartbeats {
    private final GroupRegistry registry;
    private final GroupConfigTable groups;
    private final RetryTopics retryTopics;

    /** Makes the topic to which a group's failed messages go, unless it is there. */
    @FunctionalInterface
    public interface RetryTopics {
        void ensure(GroupName group, int queues);
    }

    public Heartbeats(GroupRegistry registry, GroupConfigTable groups, RetryTopics retryTopics) {
        this.registry = Objects.requireNonNull(registry, "registry");
        this.groups = Objects.requireNonNull(groups, "groups");
        this.retryTopics = Objects.requireNonNull(retryTopics, "retryTopics");
    }

    /** As {@link GroupRegistry#beat}. */
    public boolean beat(ClientLink link, Heartbeat beat) {
        List<Heartbeat.Consumer> allowed = new ArrayList<>();
        for (Heartbeat.Consumer consumer : beat.consumers()) {
            Optional<SubscriptionGroupConfig> settings = groups.forUse(consumer.group());
            if (settings.isPresent()) {
                allowed.add(consumer);
                if (settings.get().retryQueueNums() > 0) {
                    retryTopics.ensure(consumer.group(), settings.get().retryQueueNums());
                }
            }
        }
        return registry.beat(
                link,
                new Heartbeat(
                        beat.clientId(),
                        beat.language(),
                        beat.version(),
                        beat.fingerprint(),
                        beat.withoutWants(),
                        beat.producers(),
                        allowed));
    }
}
