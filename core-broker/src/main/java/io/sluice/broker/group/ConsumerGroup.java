package io.sluice.broker.group;

import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import java.util.List;
import java.util.Map;

/** A consumer group as it is at one moment. Members in the order they joined. */
public record ConsumerGroup(
        GroupName name, ConsumerTraits traits, List<Member> members, Map<TopicName, Subscription> wants) {
    public ConsumerGroup {
        members = List.copyOf(members);
        wants = Map.copyOf(wants);
    }

    /** The ids of the members, without repetition. */
    public List<String> clientIds() {
        return members.stream().map(Member::clientId).distinct().toList();
    }
}
