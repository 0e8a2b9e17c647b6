package io.sluice.mqtt.deliver;

import io.sluice.mqtt.topic.SharedFilter;
import io.sluice.port.LeaseReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** The shared subscriptions that sessions of this node take part in. One lock guards the table; the port is never called under it. */
final class SharedSubscriptions implements AutoCloseable {
    private final LeaseReader leases;
    private final int inFlightMax;
    private final Duration leaseFor;
    private final DeliveryReader reader;

    /** By group. Guarded by this object. */
    private final Map<String, SharedSubscription> byGroup = new HashMap<>();
    /** Those that nobody takes part in any more, until their last message is settled. Guarded by this object. */
    private final List<SharedSubscription> ending = new ArrayList<>();

    /** @param leaseFor how long a message is leased before the lease is extended, see {@link #tick} */
    SharedSubscriptions(LeaseReader leases, int inFlightMax, Duration leaseFor, DeliveryReader reader) {
        this.leases = leases;
        this.inFlightMax = inFlightMax;
        this.leaseFor = leaseFor;
        this.reader = reader;
    }

    CompletionStage<Subscription> join(SharedFilter filter, Inbox inbox, SubscriptionOptions options) {
        SharedSubscription shared;
        SharedSubscription.Member member = new SharedSubscription.Member(inbox, options);
        boolean fresh;
        synchronized (this) {
            String group = filter.group().value();
            SharedSubscription present = byGroup.get(group);
            fresh = present == null;
            shared = fresh ? new SharedSubscription(filter, leases, inFlightMax, leaseFor, reader) : present;
            byGroup.put(group, shared);
            shared.enter(member);
        }
        if (fresh) {
            shared.begin();
        }
        Subscription subscription =
                new Subscription(filter.text(), filter.filter(), options, ended -> leave(filter, shared, member));
        return shared.begun().handle((done, failure) -> {
            if (failure != null) {
                subscription.close();
                throw failure instanceof CompletionException wrapped ? wrapped : new CompletionException(failure);
            }
            shared.admit(member);
            return subscription;
        });
    }

    private void leave(SharedFilter filter, SharedSubscription shared, SharedSubscription.Member member) {
        synchronized (this) {
            if (shared.leave(member)) {
                byGroup.remove(filter.group().value(), shared);
                ending.add(shared);
            }
        }
        shared.pump();
    }

    /** Called several times within a lease. @param nowNanos as {@link System#nanoTime} */
    void tick(long nowNanos) {
        List<SharedSubscription> every = all();
        synchronized (this) {
            ending.removeIf(SharedSubscription::isSettled);
            every.addAll(ending);
        }
        every.forEach(shared -> shared.tick(nowNanos));
    }

    private List<SharedSubscription> all() {
        synchronized (this) {
            return new ArrayList<>(byGroup.values());
        }
    }

    int members() {
        return all().stream().mapToInt(SharedSubscription::size).sum();
    }

    /** Gives back what no session has. */
    @Override
    public void close() {
        all().forEach(shared -> {
            shared.end();
            shared.pump();
        });
    }
}
