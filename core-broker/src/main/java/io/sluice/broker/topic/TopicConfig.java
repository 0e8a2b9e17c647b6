package io.sluice.broker.topic;

import io.sluice.model.TopicName;
import java.util.Map;
import java.util.Objects;

/**
 * One topic on this broker.
 *
 * @param readQueues  queues that consumers see
 * @param writeQueues queues that sends go to
 * @param perm        see {@link Permission}
 * @param sysFlag     bits of the native protocol, carried unchanged
 * @param filterType  {@code SINGLE_TAG} or {@code MULTI_TAG}
 * @param ordered     whether tools show the topic as ordered
 * @param attributes  settings of newer releases by name, carried unchanged
 */
public record TopicConfig(
        TopicName name,
        int readQueues,
        int writeQueues,
        int perm,
        int sysFlag,
        String filterType,
        boolean ordered,
        Map<String, String> attributes) {
    public static final String SINGLE_TAG = "SINGLE_TAG";

    public TopicConfig {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(filterType, "filterType");
        if (readQueues < 0 || writeQueues < 0) {
            throw new IllegalArgumentException(
                    "topic %s has %d read and %d write queues".formatted(name, readQueues, writeQueues));
        }
        attributes = Map.copyOf(attributes);
    }

    public static TopicConfig of(String name, int queues, int perm) {
        return new TopicConfig(new TopicName(name), queues, queues, perm, 0, SINGLE_TAG, false, Map.of());
    }

    public TopicConfig withQueues(int newReadQueues, int newWriteQueues) {
        return new TopicConfig(name, newReadQueues, newWriteQueues, perm, sysFlag, filterType, ordered, attributes);
    }

    public TopicConfig withPerm(int newPerm) {
        return new TopicConfig(name, readQueues, writeQueues, newPerm, sysFlag, filterType, ordered, attributes);
    }

    public boolean isReadable() {
        return Permission.isReadable(perm);
    }

    public boolean isWritable() {
        return Permission.isWritable(perm);
    }

    /** How many queues there are at all, for reading or for writing. */
    public int queues() {
        return Math.max(readQueues, writeQueues);
    }
}
