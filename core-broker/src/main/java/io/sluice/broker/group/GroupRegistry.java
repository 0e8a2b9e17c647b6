package io.sluice.broker.group;

import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The members of every producer and consumer group.
 *
 * <p>Writers hold this object's lock; what readers see are snapshots that are replaced whole, so a read costs one look into
 * a map. Members are told of a change outside the lock. A member leaves when it says so, when its connection ends, or when
 * it has been silent for too long, in which case its connection is closed.
 */
public final class GroupRegistry {
    private static final Logger log = LoggerFactory.getLogger(GroupRegistry.class);

    private final InstantSource clock;
    private final Duration silenceMax;
    private final Predicate<GroupName> notifyAllowed;

    private final Map<GroupName, ConsumerGroup> consumers = new ConcurrentHashMap<>();
    private final Map<GroupName, Map<ClientLink, Member>> producers = new ConcurrentHashMap<>();
    /** Fingerprint of the last heartbeat that brought subscriptions, per link and group. Guarded by this object. */
    private final Map<ClientLink, Map<GroupName, Integer>> fingerprints = new HashMap<>();

    /**
     * @param silenceMax    how long a client may be silent
     * @param notifyAllowed whether the members of a group may be told of changes
     */
    public GroupRegistry(InstantSource clock, Duration silenceMax, Predicate<GroupName> notifyAllowed) {
        this.clock = Objects.requireNonNull(clock, "clock");
        this.silenceMax = Objects.requireNonNull(silenceMax, "silenceMax");
        this.notifyAllowed = Objects.requireNonNull(notifyAllowed, "notifyAllowed");
    }

    /**
     * Takes note of a heartbeat; members are told when who belongs to a group, or what it wants, has really changed.
     *
     * @return whether the client must send its subscriptions in full with the next heartbeat
     */
    public boolean beat(ClientLink link, Heartbeat beat) {
        List<ConsumerGroup> changed = new ArrayList<>();
        boolean wantsNeeded = beat.fingerprint() == 0;
        synchronized (this) {
            long now = clock.millis();
            Member member = new Member(link, beat.clientId(), beat.language(), beat.version(), now);
            for (GroupName group : beat.producers()) {
                producers
                        .computeIfAbsent(group, none -> new ConcurrentHashMap<>())
                        .put(link, member);
            }
            for (Heartbeat.Consumer consumer : beat.consumers()) {
                boolean known = sameFingerprint(link, consumer.group(), beat);
                wantsNeeded |= !known;
                if (join(consumer, member, beat.withoutWants())) {
                    changed.add(consumers.get(consumer.group()));
                }
            }
        }
        changed.forEach(this::tell);
        return wantsNeeded;
    }

    private boolean sameFingerprint(ClientLink link, GroupName group, Heartbeat beat) {
        if (beat.fingerprint() == 0) {
            return false;
        }
        Map<GroupName, Integer> ofLink = fingerprints.computeIfAbsent(link, none -> new HashMap<>());
        if (beat.withoutWants()) {
            return Objects.equals(ofLink.get(group), beat.fingerprint());
        }
        ofLink.put(group, beat.fingerprint());
        return true;
    }

    /** Answers whether the group is different now. */
    private boolean join(Heartbeat.Consumer consumer, Member member, boolean withoutWants) {
        GroupName name = consumer.group();
        ConsumerGroup before = consumers.get(name);
        List<Member> members = new ArrayList<>();
        boolean joined = true;
        if (before != null) {
            for (Member other : before.members()) {
                if (other.link() == member.link() && other.clientId().equals(member.clientId())) {
                    members.add(member);
                    joined = false;
                } else if (other.link() != member.link() && other.clientId().equals(member.clientId())) {
                    log.debug(
                            "client {} of group {} moved to {}",
                            member.clientId(),
                            name,
                            member.link().address());
                } else {
                    members.add(other);
                }
            }
        }
        if (joined) {
            members.add(member);
        }
        Map<TopicName, Subscription> wants = before == null ? Map.of() : before.wants();
        boolean wantsChanged = false;
        if (!withoutWants) {
            Map<TopicName, Subscription> merged = newest(wants, consumer.wants());
            wantsChanged = !wantTheSame(wants, merged);
            wants = merged;
        }
        consumers.put(name, new ConsumerGroup(name, consumer.traits(), members, wants));
        return joined || wantsChanged;
    }

    /** Topics that the heartbeat does not name are dropped; of two versions of one subscription the newer stays. */
    private static Map<TopicName, Subscription> newest(Map<TopicName, Subscription> known, List<Subscription> said) {
        Map<TopicName, Subscription> merged = new LinkedHashMap<>();
        for (Subscription subscription : said) {
            Subscription before = known.get(subscription.topic());
            merged.put(
                    subscription.topic(),
                    before != null && before.version() > subscription.version() ? before : subscription);
        }
        return merged;
    }

    /**
     * Takes newer versions of what the group already wants, as one of its members tells it beside its heartbeats. Topics that
     * the group does not want, or that are not named, stay as they are.
     *
     * @return whether anything was newer
     */
    public boolean renew(GroupName name, List<Subscription> said) {
        ConsumerGroup after;
        boolean wantsChanged;
        synchronized (this) {
            ConsumerGroup before = consumers.get(name);
            if (before == null) {
                return false;
            }
            Map<TopicName, Subscription> wants = new LinkedHashMap<>(before.wants());
            said.forEach(one -> wants.computeIfPresent(
                    one.topic(), (topic, known) -> known.version() < one.version() ? one : known));
            if (wants.equals(before.wants())) {
                return false;
            }
            wantsChanged = !wantTheSame(before.wants(), wants);
            after = new ConsumerGroup(name, before.traits(), before.members(), wants);
            consumers.put(name, after);
        }
        if (wantsChanged) {
            tell(after);
        }
        return true;
    }

    private static boolean wantTheSame(Map<TopicName, Subscription> some, Map<TopicName, Subscription> others) {
        return some.keySet().equals(others.keySet())
                && some.values().stream()
                        .allMatch(subscription -> subscription.wantsTheSameAs(others.get(subscription.topic())));
    }

    /** The client says goodbye to a consumer group. */
    public void leaveConsumers(ClientLink link, String clientId, GroupName group) {
        removeConsumers(
                        List.of(group),
                        member -> member.link() == link && member.clientId().equals(clientId))
                .forEach(this::tell);
    }

    /** The client says goodbye to a producer group. */
    public synchronized void leaveProducers(ClientLink link, GroupName group) {
        producers.computeIfPresent(group, (name, members) -> {
            members.remove(link);
            return members.isEmpty() ? null : members;
        });
    }

    /** The connection has ended: its client leaves every group. */
    public void gone(ClientLink link) {
        List<ConsumerGroup> changed;
        synchronized (this) {
            fingerprints.remove(link);
            removeProducers(member -> member.link() == link);
            changed = removeConsumers(consumers.keySet(), member -> member.link() == link);
        }
        changed.forEach(this::tell);
    }

    /** Removes members that have been silent for too long and closes their connections; to be called every few seconds. */
    public void expire() {
        long oldest = clock.millis() - silenceMax.toMillis();
        Set<ClientLink> silent = new LinkedHashSet<>();
        Predicate<Member> isSilent = member -> {
            boolean over = member.lastBeatMs() < oldest;
            if (over) {
                silent.add(member.link());
            }
            return over;
        };
        List<ConsumerGroup> changed;
        synchronized (this) {
            removeProducers(isSilent);
            changed = removeConsumers(consumers.keySet(), isSilent);
            silent.forEach(fingerprints::remove);
        }
        changed.forEach(this::tell);
        silent.forEach(link -> {
            log.info(
                    "client at {} has been silent for more than {}, its connection is closed",
                    link.address(),
                    silenceMax);
            link.close("silent for more than " + silenceMax);
        });
    }

    private void removeProducers(Predicate<Member> leaves) {
        producers.values().forEach(members -> members.values().removeIf(leaves));
        producers.values().removeIf(Map::isEmpty);
    }

    /** Answers the groups that have changed and still have members. */
    private synchronized List<ConsumerGroup> removeConsumers(Collection<GroupName> groups, Predicate<Member> leaves) {
        List<ConsumerGroup> changed = new ArrayList<>();
        for (GroupName name : List.copyOf(groups)) {
            ConsumerGroup before = consumers.get(name);
            if (before == null) {
                continue;
            }
            List<Member> stay =
                    before.members().stream().filter(leaves.negate()).toList();
            if (stay.isEmpty()) {
                consumers.remove(name);
            } else if (stay.size() < before.members().size()) {
                ConsumerGroup after = new ConsumerGroup(name, before.traits(), stay, before.wants());
                consumers.put(name, after);
                changed.add(after);
            }
        }
        return changed;
    }

    private void tell(ConsumerGroup group) {
        if (!group.traits().isBroadcasting() && notifyAllowed.test(group.name())) {
            group.members().forEach(member -> member.link().membersChanged(group.name()));
        }
    }

    public Optional<ConsumerGroup> consumers(GroupName group) {
        return Optional.ofNullable(consumers.get(group));
    }

    /** Consumer groups with at least one member, in name order. */
    public List<ConsumerGroup> allConsumers() {
        return List.copyOf(new TreeMap<>(consumers).values());
    }

    /** The one connection of a consumer group with this client id. */
    public Optional<Member> consumer(GroupName group, String clientId) {
        return consumers(group).stream()
                .flatMap(found -> found.members().stream())
                .filter(member -> member.clientId().equals(clientId))
                .findFirst();
    }

    /** Groups with a member that subscribes to the topic, in name order. */
    public Set<GroupName> groupsThatWant(TopicName topic) {
        Set<GroupName> found = new TreeSet<>();
        consumers.values().stream()
                .filter(group -> group.wants().containsKey(topic))
                .forEach(group -> found.add(group.name()));
        return found;
    }

    /** Members of a producer group, empty when nobody is connected. */
    public List<Member> producers(GroupName group) {
        Map<ClientLink, Member> members = producers.get(group);
        return members == null ? List.of() : List.copyOf(members.values());
    }

    /** Every producer group with its members, in name order. */
    public Map<GroupName, List<Member>> allProducers() {
        Map<GroupName, List<Member>> all = new TreeMap<>();
        producers.forEach((group, members) -> all.put(group, List.copyOf(members.values())));
        return all;
    }

    /** A connection of the producer with this client id, whatever its group. */
    public Optional<Member> producer(String clientId) {
        return producers.values().stream()
                .flatMap(members -> members.values().stream())
                .filter(member -> member.clientId().equals(clientId))
                .findFirst();
    }
}
