package io.sluice.broker.topic;

import io.sluice.model.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The broker's own topics: which there are, and which of them clients may send to. */
public final class SystemTopics {
    /** Template of topics that are created by sending. */
    public static final String AUTO_CREATE_TEMPLATE = "TBW102";
    /** Where delayed messages wait, one queue per level. */
    public static final String SCHEDULE = "SCHEDULE_TOPIC_XXXX";

    /** Where messages with an exact delivery time wait. */
    public static final String TIMER = "rmq_sys_wheel_timer";

    /** What was committed, each in front of its messages. */
    public static final String UNIT = "rmq_sys_sluice_unit";

    public static final String HALF = "RMQ_SYS_TRANS_HALF_TOPIC";
    public static final String OP_HALF = "RMQ_SYS_TRANS_OP_HALF_TOPIC";
    public static final String CHECK_MAX_TIME = "TRANS_CHECK_MAX_TIME_TOPIC";
    public static final String SELF_TEST = "SELF_TEST_TOPIC";
    public static final String OFFSET_MOVED_EVENT = "OFFSET_MOVED_EVENT";
    public static final String BENCHMARK = "BenchmarkTest";
    public static final String TRACE = "RMQ_SYS_TRACE_TOPIC";
    public static final String CHECKPOINT = "CHECKPOINT_TOPIC";
    private static final String RESERVED_PREFIX = "rmq_sys_";
    private static final String REPLY_SUFFIX = "_REPLY_TOPIC";

    private static final Set<String> FIXED = Set.of(
            AUTO_CREATE_TEMPLATE,
            SCHEDULE,
            HALF,
            OP_HALF,
            CHECK_MAX_TIME,
            SELF_TEST,
            OFFSET_MOVED_EVENT,
            BENCHMARK,
            TRACE,
            CHECKPOINT);

    private static final Set<String> CLOSED_TO_CLIENTS =
            Set.of(SCHEDULE, HALF, OP_HALF, CHECK_MAX_TIME, SELF_TEST, OFFSET_MOVED_EVENT);

    private static final int CLUSTER_TOPIC_QUEUES = 16;
    private static final int BENCHMARK_QUEUES = 1024;

    private final TopicRules rules;
    private final Set<String> names = new TreeSet<>(FIXED);

    public SystemTopics(TopicRules rules) {
        this.rules = rules;
        names.add(rules.clusterName());
        names.add(rules.brokerName());
        names.add(replyTopic());
    }

    /** Where answers of request-reply conversations go. */
    public String replyTopic() {
        return rules.clusterName() + REPLY_SUFFIX;
    }

    /** Whether the name belongs to the broker, so that nobody may create, change or delete the topic. */
    public boolean isSystem(String topic) {
        return names.contains(topic) || topic.startsWith(RESERVED_PREFIX);
    }

    /** Whether a client may not send to it, though it exists. */
    public boolean isClosedToClients(String topic) {
        return CLOSED_TO_CLIENTS.contains(topic) || topic.startsWith(RESERVED_PREFIX);
    }

    /** Those that exist from the start. */
    public List<Topic> initial() {
        List<Topic> all = new ArrayList<>();
        if (rules.autoCreate()) {
            all.add(Topic.of(AUTO_CREATE_TEMPLATE, rules.defaultQueues(), Permission.READ_WRITE | Permission.INHERIT));
        }
        all.add(Topic.of(SELF_TEST, 1, Permission.READ_WRITE));
        all.add(Topic.of(BENCHMARK, BENCHMARK_QUEUES, Permission.READ_WRITE));
        all.add(Topic.of(rules.clusterName(), CLUSTER_TOPIC_QUEUES, Permission.READ_WRITE | Permission.INHERIT));
        if (hasTopicOfItsName()) {
            all.add(Topic.of(rules.brokerName(), 1, Permission.READ_WRITE | Permission.INHERIT));
        }
        all.add(Topic.of(OFFSET_MOVED_EVENT, 1, Permission.READ_WRITE));
        all.add(Topic.of(SCHEDULE, rules.delayLevels(), Permission.READ_WRITE));
        all.add(Topic.of(HALF, 1, Permission.READ_WRITE));
        all.add(Topic.of(OP_HALF, 1, Permission.READ_WRITE));
        all.add(Topic.of(CHECK_MAX_TIME, 1, Permission.READ_WRITE));
        all.add(Topic.of(replyTopic(), 1, Permission.READ_WRITE));
        if (rules.traceTopic()) {
            all.add(Topic.of(TRACE, 1, Permission.READ_WRITE));
        }
        return all;
    }

    /** A broker that is named after its machine room, {@code room@name}, has none: no client could name it. */
    private boolean hasTopicOfItsName() {
        return rules.brokerName().chars().allMatch(c -> TopicName.isLegalCharacter((char) c));
    }

    /** Whether a topic stands in files of other brokers that cannot exist here, and that nobody can use there. */
    boolean isUnusable(String topic) {
        return topic.equals(rules.brokerName()) && !hasTopicOfItsName();
    }

    /** The names of those that exist from the start, in order. */
    public List<String> initialNames() {
        return initial().stream().map(topic -> topic.name().value()).sorted().toList();
    }
}
