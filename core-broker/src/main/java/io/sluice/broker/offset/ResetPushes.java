package io.sluice.broker.offset;

import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import io.sluice.tail.Later;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells consumers of resets that no pull of theirs has fetched: those that have enough to do do not pull, and would go on
 * with what they should leave. Safe for many threads.
 *
 * <p>A reset travels with the pull first, because that is quick: a push makes its consumer pause for ten seconds. One that
 * nobody follows within {@link #PATIENCE} travels with the pull again.
 */
public final class ResetPushes {
    /** A consumer that waits for the end of its queue pulls again long before. */
    public static final Duration GRACE = Duration.ofSeconds(1);

    /** A consumer that was pushed to pauses ten seconds before it goes there. */
    public static final Duration PATIENCE = Duration.ofSeconds(20);

    private final OffsetTable offsets;
    private final Audience audience;
    private final Later later;
    private final Set<Target> waiting = ConcurrentHashMap.newKeySet();

    private record Target(GroupName group, TopicName topic) {}

    /** The consumers of a group. */
    @FunctionalInterface
    public interface Audience {
        /** Tells every consumer that can be told where to go on, by queue id. No wait for them. */
        Reach tell(GroupName group, TopicName topic, SortedMap<Integer, Long> next);
    }

    /** Who was told. */
    public enum Reach {
        NOBODY,
        /** Consumers that will commit the new offset once they stand there. */
        COMMITTERS,
        /** Consumers that keep their offsets themselves: nothing will be heard of them. */
        KEEPERS
    }

    /** @param later where resets wait; one entry for each group and topic, however many queues */
    public ResetPushes(OffsetTable offsets, Audience audience, Later later) {
        this.offsets = Objects.requireNonNull(offsets, "offsets");
        this.audience = Objects.requireNonNull(audience, "audience");
        this.later = Objects.requireNonNull(later, "later");
    }

    /** A reset is pending. */
    public void moved(GroupName group, TopicName topic, int queueId, long next) {
        Target target = new Target(group, topic);
        if (waiting.add(target)) {
            later.run(GRACE, () -> push(target));
        }
    }

    private void push(Target target) {
        waiting.remove(target);
        SortedMap<Integer, Long> next = offsets.takeForPush(target.group(), target.topic());
        if (next.isEmpty()) {
            return;
        }
        switch (audience.tell(target.group(), target.topic(), next)) {
            case NOBODY -> offsets.pushesFailed(target.group(), target.topic(), next);
            case COMMITTERS -> later.run(PATIENCE, () -> giveUp(target, next));
            case KEEPERS -> offsets.forgetPushed(target.group(), target.topic(), next);
        }
    }

    private void giveUp(Target target, Map<Integer, Long> next) {
        offsets.pushesFailed(target.group(), target.topic(), next);
    }
}
