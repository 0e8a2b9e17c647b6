package io.sluice.broker.metrics;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Everything this broker counts. Safe for many threads. Counters by topic or group come into being with their first count
 * and go with {@link #forget}; they are bounded by the number of topics and groups.
 */
public final class BrokerMetrics {
    private final Counter messagesStored = new Counter();
    private final Counter bytesStored = new Counter();
    private final Counter messagesRead = new Counter();
    private final Counter bytesRead = new Counter();
    private final Counter readsFound = new Counter();
    private final Counter readsMissed = new Counter();
    private final Counter sendsRefused = new Counter();
    private final Counter messagesExpired = new Counter();
    private final Map<String, Traffic> byTopic = new ConcurrentHashMap<>();
    private final Map<GroupTopic, Traffic> byGroup = new ConcurrentHashMap<>();

    /** Messages and bytes that went one way. */
    public record Traffic(Counter messages, Counter bytes) {
        Traffic() {
            this(new Counter(), new Counter());
        }

        void add(long messageCount, long byteCount) {
            messages.add(messageCount);
            bytes.add(byteCount);
        }

        void sample(long nowMs) {
            messages.sample(nowMs);
            bytes.sample(nowMs);
        }
    }

    private record GroupTopic(String topic, String group) {}

    /** Messages were stored in the topic. */
    public void stored(String topic, long messages, long bytes) {
        messagesStored.add(messages);
        bytesStored.add(bytes);
        Traffic known = byTopic.get(topic);
        (known != null ? known : byTopic.computeIfAbsent(topic, none -> new Traffic())).add(messages, bytes);
    }

    /** A send was turned down. */
    public void refused() {
        sendsRefused.add(1);
    }

    /** A group has read from the topic; none when nothing was found. */
    public void read(String topic, String group, long messages, long bytes) {
        if (messages == 0) {
            readsMissed.add(1);
            return;
        }
        readsFound.add(1);
        messagesRead.add(messages);
        bytesRead.add(bytes);
        byGroup.computeIfAbsent(new GroupTopic(topic, group), none -> new Traffic())
                .add(messages, bytes);
    }

    /** Messages were left out of an answer because they are over. */
    public void expired(long messages) {
        messagesExpired.add(messages);
    }

    /** Keeps the counts of the moment; to be called every 10 seconds. */
    public void sample(long nowMs) {
        for (Counter counter : new Counter[] {
            messagesStored, bytesStored, messagesRead, bytesRead, readsFound, readsMissed, sendsRefused, messagesExpired
        }) {
            counter.sample(nowMs);
        }
        byTopic.values().forEach(traffic -> traffic.sample(nowMs));
        byGroup.values().forEach(traffic -> traffic.sample(nowMs));
    }

    /** Drops the counters of topics and groups that are gone. */
    public void forget(Predicate<String> topicExists, Predicate<String> groupExists) {
        byTopic.keySet().removeIf(topicExists.negate());
        byGroup.keySet().removeIf(key -> !topicExists.test(key.topic) || !groupExists.test(key.group));
    }

    public Counter messagesStored() {
        return messagesStored;
    }

    public Counter bytesStored() {
        return bytesStored;
    }

    public Counter messagesRead() {
        return messagesRead;
    }

    public Counter bytesRead() {
        return bytesRead;
    }

    public Counter readsFound() {
        return readsFound;
    }

    public Counter readsMissed() {
        return readsMissed;
    }

    /** Every message counts once for each reader that would have had it. */
    public Counter messagesExpired() {
        return messagesExpired;
    }

    public Counter sendsRefused() {
        return sendsRefused;
    }

    /** What was stored in the topic. */
    public Optional<Traffic> ofTopic(String topic) {
        return Optional.ofNullable(byTopic.get(topic));
    }

    /** What the group has read from the topic. */
    public Optional<Traffic> ofGroup(String topic, String group) {
        return Optional.ofNullable(byGroup.get(new GroupTopic(topic, group)));
    }
}
