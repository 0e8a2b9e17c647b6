package io.sluice.broker.remoting;

import io.sluice.broker.group.ConsumerGroup;
import io.sluice.broker.group.GroupRegistry;
import io.sluice.broker.group.Member;
import io.sluice.broker.offset.ResetPushes;
import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import io.sluice.wire.body.QueueRef;
import io.sluice.wire.body.ResetOffsetBody;
import io.sluice.wire.command.OffsetCommands.ResetOffset;
import io.sluice.wire.command.RequestCode;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** Resets, over the connections of consumers that are pushed to; others look at their offsets themselves. */
public final class ConsumerResets implements ResetPushes.Audience {
    private static final int ALL_QUEUES = -1;
    private static final long SEE_BODY = -1;

    private final GroupRegistry registry;
    private final String brokerName;
    private final InstantSource clock;

    public ConsumerResets(GroupRegistry registry, String brokerName, InstantSource clock) {
        this.registry = registry;
        this.brokerName = brokerName;
        this.clock = clock;
    }

    @Override
    public ResetPushes.Reach tell(GroupName name, TopicName topic, SortedMap<Integer, Long> next) {
        Optional<ConsumerGroup> group = registry.consumers(name)
                .filter(found -> found.traits().isPushed() && found.wants().containsKey(topic));
        if (group.isEmpty()) {
            return ResetPushes.Reach.NOBODY;
        }
        Map<QueueRef, Long> table = new LinkedHashMap<>();
        next.forEach((queueId, offset) -> table.put(new QueueRef(topic.value(), brokerName, queueId), offset));
        ResetOffset header = new ResetOffset(name.value(), topic.value(), ALL_QUEUES, SEE_BODY, clock.millis(), true);
        ResetOffsetBody body = new ResetOffsetBody(table);
        int told = 0;
        for (Member member : group.get().members()) {
            if (member.link() instanceof PeerLink link) {
                link.peer()
                        .oneWay(Replies.COMMANDS.request(
                                RequestCode.RESET_CONSUMER_CLIENT_OFFSET, header, body.toFrameBody()));
                told++;
            }
        }
        if (told == 0) {
            return ResetPushes.Reach.NOBODY;
        }
        return group.get().traits().isBroadcasting() ? ResetPushes.Reach.KEEPERS : ResetPushes.Reach.COMMITTERS;
    }
}
