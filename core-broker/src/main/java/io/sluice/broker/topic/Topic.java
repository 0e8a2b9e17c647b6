package io.sluice.broker.topic;

import io.sluice.model.TopicName;
import io.sluice.wire.body.TopicConfig;
import java.util.HashMap;
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
public record Topic(
        TopicName name,
        int readQueues,
        int writeQueues,
        int perm,
        int sysFlag,
        String filterType,
        boolean ordered,
        Map<String, String> attributes) {
    public Topic {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(filterType, "filterType");
        if (readQueues < 0 || writeQueues < 0) {
            throw new IllegalArgumentException(
                    "topic %s has %d read and %d write queues".formatted(name, readQueues, writeQueues));
        }
        attributes = Map.copyOf(attributes);
    }

    public static Topic of(String name, int queues, int perm) {
        return new Topic(new TopicName(name), queues, queues, perm, 0, TopicConfig.SINGLE_TAG, false, Map.of());
    }

    /** @throws io.sluice.model.SluiceException when the name is illegal */
    public static Topic of(TopicConfig said) {
        return new Topic(
                new TopicName(said.topicName()),
                said.readQueueNums(),
                said.writeQueueNums(),
                said.perm(),
                said.topicSysFlag(),
                said.topicFilterType(),
                said.order(),
                said.attributes());
    }

    /** The same as the protocol carries it. */
    public TopicConfig toConfig() {
        return new TopicConfig(name.value(), readQueues, writeQueues, perm, filterType, sysFlag, ordered, attributes);
    }

    public Topic withQueues(int newReadQueues, int newWriteQueues) {
        return new Topic(name, newReadQueues, newWriteQueues, perm, sysFlag, filterType, ordered, attributes);
    }

    public Topic withPerm(int newPerm) {
        return new Topic(name, readQueues, writeQueues, newPerm, sysFlag, filterType, ordered, attributes);
    }

    public boolean isReadable() {
        return Permission.isReadable(perm);
    }

    public boolean isWritable() {
        return Permission.isWritable(perm);
    }

    /** When messages are over; dead letters never are. */
    public Expiry expiry() {
        return attributes.isEmpty() || name.isDeadLetter() ? Expiry.NONE : Expiry.of(attributes);
    }

    /** The same, with messages that have a time of their own. */
    Topic withExpiringMessages() {
        Map<String, String> more = new HashMap<>(attributes);
        more.put(Expiry.PER_MESSAGE, "true");
        return new Topic(name, readQueues, writeQueues, perm, sysFlag, filterType, ordered, more);
    }

    /** How many queues there are at all, for reading or for writing. */
    public int queues() {
        return Math.max(readQueues, writeQueues);
    }
}
