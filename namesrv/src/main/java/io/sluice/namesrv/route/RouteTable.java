package io.sluice.namesrv.route;

import io.sluice.wire.body.BrokerData;
import io.sluice.wire.body.ClusterInfo;
import io.sluice.wire.body.DataVersion;
import io.sluice.wire.body.QueueData;
import io.sluice.wire.body.TopicConfig;
import io.sluice.wire.body.TopicRouteData;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who serves which topic. All state is guarded by one lock that is held for short steps only and never while another room
 * is called. What it answers are copies. Invariant: a broker name is in exactly one cluster's set, has at least one
 * address, and only such names have queues; a topic without queues is forgotten.
 */
public final class RouteTable {
    private static final Logger log = LoggerFactory.getLogger(RouteTable.class);

    /** Topic, then broker name. */
    private final Map<String, Map<String, QueueData>> topics = new TreeMap<>();

    private final Map<String, BrokerEntry> brokers = new TreeMap<>();
    private final Map<String, Set<String>> clusters = new TreeMap<>();
    private final Map<BrokerAddress, BrokerLease> leases = new HashMap<>();
    private final AwayBrokers away = new AwayBrokers();

    private final long silenceMs;
    private final BooleanSupplier dropUnreportedTopics;
    private final LongSupplier nanoClock;

    /**
     * @param silenceMs            how long a broker may stay silent that does not say so itself
     * @param dropUnreportedTopics whether topics go that a broker's newer registration no longer names; not safe with
     *                             brokers that register in parts
     */
    public RouteTable(long silenceMs, BooleanSupplier dropUnreportedTopics, LongSupplier nanoClock) {
        this.silenceMs = silenceMs;
        this.dropUnreportedTopics = dropUnreportedTopics;
        this.nanoClock = nanoClock;
    }

    // Registration.

    /** Takes in what a broker says of itself. The same again only proves that it lives. */
    public synchronized Registered register(Registration registration) {
        BrokerAddress address = registration.address();
        BrokerLease before = leases.get(address);
        BrokerEntry known = brokers.get(registration.brokerName());
        if (known != null && !known.cluster().equals(address.cluster())) {
            return new Registered.Refused("register broker failed: broker name %s belongs to cluster %s"
                    .formatted(registration.brokerName(), known.cluster()));
        }
        boolean newId = known == null || !known.addresses().containsKey(registration.brokerId());
        if (newId && registration.topics().topicConfigTable().size() == 1) {
            // A part of a registration; it makes sense only on top of a whole one.
            return new Registered.Refused(
                    "register broker failed: broker %s is not registered yet, all its topics come first"
                            .formatted(registration.brokerName()));
        }
        if (known != null && isOutdated(known, registration)) {
            log.warn(
                    "registration ignored, a newer broker holds the id: name={} id={} address={}",
                    registration.brokerName(),
                    registration.brokerId(),
                    address.address());
            return new Registered.Accepted("", "");
        }
        BrokerEntry broker = admit(registration);
        away.forget(broker.name());
        boolean changed =
                before == null || !before.version().equals(registration.topics().dataVersion());
        if (mayBringTopics(broker, registration) && (newId || changed)) {
            takeTopics(broker, registration);
        }
        leases.put(
                address,
                new BrokerLease(
                        registration.brokerName(),
                        nanoClock.getAsLong(),
                        registration.silenceMs() > 0 ? registration.silenceMs() : silenceMs,
                        registration.topics().dataVersion(),
                        registration.haServerAddr(),
                        registration.origin()));
        if (before == null) {
            log.info(
                    "broker registered: cluster={} name={} id={} address={} topics={}",
                    address.cluster(),
                    registration.brokerName(),
                    registration.brokerId(),
                    address.address(),
                    registration.topics().topicConfigTable().size());
        }
        return registration.isPrimary() ? new Registered.Accepted("", "") : primaryOf(broker);
    }

    /** Whether another process holds the id and says it is of a newer epoch. */
    private boolean isOutdated(BrokerEntry broker, Registration registration) {
        String holder = broker.addresses().get(registration.brokerId());
        if (holder == null || holder.equals(registration.address().address())) {
            return false;
        }
        BrokerLease lease = leases.get(new BrokerAddress(broker.cluster(), holder));
        return lease != null
                && lease.version().stateVersion()
                        > registration.topics().dataVersion().stateVersion();
    }

    private BrokerEntry admit(Registration registration) {
        BrokerAddress address = registration.address();
        clusters.computeIfAbsent(address.cluster(), cluster -> new TreeSet<>()).add(registration.brokerName());
        BrokerEntry broker =
                brokers.computeIfAbsent(registration.brokerName(), name -> new BrokerEntry(address.cluster(), name));
        broker.settings(registration.zoneName(), registration.actingMaster() == Registration.ActingMaster.YES);
        // The same process under another id has changed its role.
        broker.addresses().values().removeIf(address.address()::equals);
        String displaced = broker.addresses().put(registration.brokerId(), address.address());
        if (displaced != null) {
            leases.remove(new BrokerAddress(address.cluster(), displaced));
        }
        return broker;
    }

    /** The primary brings topics; without one the replica with the smallest id does, if it knows of this rule. */
    private static boolean mayBringTopics(BrokerEntry broker, Registration registration) {
        return registration.isPrimary()
                || registration.actingMaster() != Registration.ActingMaster.UNSAID
                        && broker.addresses().firstKey() == registration.brokerId();
    }

    private void takeTopics(BrokerEntry broker, Registration registration) {
        boolean readOnly = !registration.isPrimary() && broker.isActingMaster();
        Map<String, TopicConfig> reported = registration.topics().topicConfigTable();
        if (dropUnreportedTopics.getAsBoolean()) {
            removeQueues(broker.name(), topic -> !reported.containsKey(topic));
        }
        reported.forEach((topic, config) -> {
            int perm = readOnly ? config.perm() & ~TopicConfig.PERM_WRITE : config.perm();
            topics.computeIfAbsent(topic, name -> new TreeMap<>())
                    .put(
                            broker.name(),
                            new QueueData(
                                    broker.name(),
                                    config.readQueueNums(),
                                    config.writeQueueNums(),
                                    perm,
                                    config.topicSysFlag()));
        });
    }

    private Registered primaryOf(BrokerEntry broker) {
        String primary = broker.addresses().get(BrokerData.PRIMARY_ID);
        BrokerLease lease = primary == null ? null : leases.get(new BrokerAddress(broker.cluster(), primary));
        return lease == null ? new Registered.Accepted("", "") : new Registered.Accepted(primary, lease.haServerAddr());
    }

    /** Queues of one topic, from brokers that are known; others are passed over. */
    public synchronized void registerTopic(String topic, List<QueueData> queues) {
        for (QueueData queue : queues) {
            if (brokers.containsKey(queue.brokerName())) {
                topics.computeIfAbsent(topic, name -> new TreeMap<>()).put(queue.brokerName(), queue);
            }
        }
    }

    /** A sign of life. */
    public synchronized void touch(BrokerAddress address) {
        leases.computeIfPresent(address, (same, lease) -> lease.seen(nanoClock.getAsLong()));
    }

    /** The version of the topics that are known of a broker. */
    public synchronized Optional<DataVersion> versionOf(BrokerAddress address) {
        return Optional.ofNullable(leases.get(address)).map(BrokerLease::version);
    }

    // Going.

    /** @param brokerName which is not missed from now on, whether or not anything is registered at the address */
    public synchronized void unregister(BrokerAddress address, String brokerName) {
        remove(address, "it said so");
        away.forget(brokerName);
    }

    /**
     * As {@link #unregister}, by a broker that has something which is asked for until it is back. It counts also when this
     * table, started anew, has not heard of it before.
     */
    public synchronized void unregisterForAWhile(BrokerAddress address, String brokerName) {
        remove(address, "it said so, and keeps units of work in doubt");
        if (!brokers.containsKey(brokerName)) {
            away.went(brokerName, nanoClock.getAsLong());
        }
    }

    /** Everything that was registered over a connection that has ended. */
    public synchronized void connectionEnded(Origin origin) {
        for (Map.Entry<BrokerAddress, BrokerLease> lease : List.copyOf(leases.entrySet())) {
            if (lease.getValue().origin() == origin) {
                removeThatMayComeBack(lease.getKey(), "its connection ended");
            }
        }
    }

    /** Removes brokers that were silent for too long; the caller closes their connections. */
    public synchronized List<Origin> expire() {
        long now = nanoClock.getAsLong();
        List<Origin> over = new ArrayList<>();
        for (Map.Entry<BrokerAddress, BrokerLease> lease : List.copyOf(leases.entrySet())) {
            if (lease.getValue().isOver(now)) {
                over.add(lease.getValue().origin());
                removeThatMayComeBack(
                        lease.getKey(),
                        "silent for more than %d ms".formatted(lease.getValue().silenceMs()));
            }
        }
        return over;
    }

    private void removeThatMayComeBack(BrokerAddress address, String reason) {
        remove(address, reason).ifPresent(name -> away.went(name, nanoClock.getAsLong()));
    }

    /** The name, when that was the last broker of it. */
    private Optional<String> remove(BrokerAddress address, String reason) {
        BrokerLease lease = leases.remove(address);
        if (lease == null) {
            return Optional.empty();
        }
        log.info(
                "broker removed: cluster={} name={} address={} reason={}",
                address.cluster(),
                lease.brokerName(),
                address.address(),
                reason);
        BrokerEntry broker = brokers.get(lease.brokerName());
        if (broker == null || !broker.addresses().values().removeIf(address.address()::equals)) {
            return Optional.empty();
        }
        if (broker.addresses().isEmpty()) {
            forget(broker);
            return Optional.of(broker.name());
        }
        if (broker.isActingMaster() && !broker.hasPrimary()) {
            changePerm(broker.name(), perm -> perm & ~TopicConfig.PERM_WRITE);
        }
        return Optional.empty();
    }

    private void forget(BrokerEntry broker) {
        brokers.remove(broker.name());
        Set<String> names = clusters.get(broker.cluster());
        names.remove(broker.name());
        if (names.isEmpty()) {
            clusters.remove(broker.cluster());
        }
        removeQueues(broker.name(), topic -> true);
    }

    private void removeQueues(String brokerName, Predicate<String> which) {
        Iterator<Map.Entry<String, Map<String, QueueData>>> rows =
                topics.entrySet().iterator();
        while (rows.hasNext()) {
            Map.Entry<String, Map<String, QueueData>> row = rows.next();
            if (which.test(row.getKey())
                    && row.getValue().remove(brokerName) != null
                    && row.getValue().isEmpty()) {
                rows.remove();
            }
        }
    }

    // Administration.

    /** Clears the write bit of all queues of a broker name; lasts until its topics change. How many topics had it. */
    public synchronized int wipeWritePerm(String brokerName) {
        return changePerm(brokerName, perm -> perm & ~TopicConfig.PERM_WRITE);
    }

    /** Sets the read and write bits of all queues of a broker name. How many topics it has. */
    public synchronized int addWritePerm(String brokerName) {
        return changePerm(brokerName, perm -> TopicConfig.PERM_READ | TopicConfig.PERM_WRITE);
    }

    private int changePerm(String brokerName, IntUnaryOperator change) {
        int[] count = {0};
        topics.values()
                .forEach(row -> row.computeIfPresent(brokerName, (name, queues) -> {
                    count[0]++;
                    return queues.withPerm(change.applyAsInt(queues.perm()));
                }));
        return count[0];
    }

    /** Forgets a topic, everywhere or, with a name, in one cluster. */
    public synchronized void deleteTopic(String topic, String cluster) {
        if (cluster.isEmpty()) {
            topics.remove(topic);
            return;
        }
        Map<String, QueueData> row = topics.get(topic);
        if (row != null) {
            row.keySet().removeAll(clusters.getOrDefault(cluster, Set.of()));
            if (row.isEmpty()) {
                topics.remove(topic);
            }
        }
    }

    // Questions.

    /** Where a topic lives; empty when nobody serves it. */
    public synchronized Optional<TopicRouteData> route(String topic) {
        Map<String, QueueData> row = topics.get(topic);
        if (row == null) {
            return Optional.empty();
        }
        List<BrokerData> serving =
                row.keySet().stream().map(name -> brokers.get(name).data()).toList();
        return Optional.of(new TopicRouteData(List.copyOf(row.values()), serving));
    }

    public synchronized ClusterInfo clusterInfo() {
        Map<String, BrokerData> addresses = new TreeMap<>();
        brokers.forEach((name, broker) -> addresses.put(name, broker.data()));
        Map<String, Set<String>> names = new TreeMap<>();
        clusters.forEach((cluster, members) -> names.put(cluster, new TreeSet<>(members)));
        Set<String> gone = away.names(nanoClock.getAsLong());
        return new ClusterInfo(addresses, names, gone.isEmpty() ? Optional.empty() : Optional.of(gone));
    }

    public synchronized Optional<BrokerData> broker(String name) {
        return Optional.ofNullable(brokers.get(name)).map(BrokerEntry::data);
    }

    public synchronized Set<String> topicNames() {
        return new TreeSet<>(topics.keySet());
    }

    public synchronized Set<String> topicNames(String cluster) {
        Set<String> members = clusters.getOrDefault(cluster, Set.of());
        Set<String> names = new TreeSet<>();
        topics.forEach((topic, row) -> {
            if (row.keySet().stream().anyMatch(members::contains)) {
                names.add(topic);
            }
        });
        return names;
    }

    /** Names of clusters and brokers, which are topics of the system. */
    public synchronized Set<String> systemNames() {
        Set<String> names = new TreeSet<>(clusters.keySet());
        names.addAll(brokers.keySet());
        return names;
    }

    /** The address of some broker. */
    public synchronized Optional<String> anyAddress() {
        return brokers.values().stream()
                .map(broker -> broker.addresses().firstEntry().getValue())
                .findFirst();
    }
}
