package io.sluice.client.remote;

import io.sluice.client.route.BrokerAddresses;
import io.sluice.model.TopicName;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which topics belong to brokers rather than to applications. */
final class SystemNames {
    private static final Set<String> FIXED = Set.of(
            "TBW102",
            "SCHEDULE_TOPIC_XXXX",
            "BenchmarkTest",
            "SELF_TEST_TOPIC",
            "OFFSET_MOVED_EVENT",
            "TRANS_CHECK_MAX_TIME_TOPIC",
            "CHECKPOINT_TOPIC");
    private static final String RESERVED_PREFIX = "rmq_sys_";
    private static final String REPLY_SUFFIX = "_REPLY_TOPIC";

    private final Set<String> names = new HashSet<>(FIXED);

    /** @param brokers of the cluster: their names and those of their clusters are topics too */
    SystemNames(List<BrokerAddresses> brokers) {
        brokers.forEach(broker -> {
            names.add(broker.brokerName());
            names.add(broker.cluster());
            names.add(broker.cluster() + REPLY_SUFFIX);
        });
    }

    boolean isSystem(TopicName topic) {
        String name = topic.value();
        return names.contains(name) || name.regionMatches(true, 0, RESERVED_PREFIX, 0, RESERVED_PREFIX.length());
    }

    boolean isOfApplications(TopicName topic) {
        return !isSystem(topic) && !topic.isRetry() && !topic.isDeadLetter();
    }
}
