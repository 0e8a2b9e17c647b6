package io.sluice.gateway.config;

import static io.sluice.gateway.config.Knob.choice;
import static io.sluice.gateway.config.Knob.flag;
import static io.sluice.gateway.config.Knob.number;
import static io.sluice.gateway.config.Knob.port;
import static io.sluice.gateway.config.Knob.text;

import java.util.List;

/** Every setting there is. docs/CONFIG.md is this table in prose; a test keeps the two equal. */
public final class KnobTable {
    private static final String NODE = "Node";
    private static final String NATIVE = "Native door";
    private static final String MQTT = "MQTT door";
    private static final String HTTP = "HTTP door";
    private static final String TOPICS = "Topics and groups";
    private static final String STORE = "Store";

    /** In the order of the documentation. */
    public static final List<Knob> KNOBS = List.of(
            new Knob(
                    NODE,
                    "bindAddress",
                    text("an address of this machine"),
                    "127.0.0.1",
                    "Address every door listens on; give 0.0.0.0 to be reachable from other machines."),
            new Knob(
                    NODE, "brokerClusterName", text("a name"), "DefaultCluster", "Cluster that the broker belongs to."),
            new Knob(NODE, "brokerName", text("a name"), "broker-a", "Name of the broker; clients see it in routes."),
            new Knob(
                    NODE,
                    "brokerId",
                    number(0, 0),
                    "0",
                    "0 is the primary of its name; replicas come with replication."),
            new Knob(
                    NODE,
                    "brokerRole",
                    choice("ASYNC_MASTER"),
                    "ASYNC_MASTER",
                    "A primary; the other roles come with replication."),
            new Knob(
                    NODE,
                    "enableControllerMode",
                    choice("false"),
                    "false",
                    "Choosing primaries by a controller comes with replication."),
            new Knob(NODE, "enableDLegerCommitLog", choice("false"), "false", "A log in DLedger files cannot be read."),
            new Knob(
                    NODE,
                    "brokerIP1",
                    text("an address that clients can reach"),
                    "",
                    "Address told to clients and written into message ids; empty: bindAddress, or the first address of this"
                            + " machine when that is a wildcard."),
            new Knob(
                    NODE,
                    "namesrvAddr",
                    new Knob.Addresses(),
                    "",
                    "Name servers to register at; empty: the one in this process."),
            new Knob(NODE, "namesrvPort", port(), "9876", "Port of the name server in this process; 0 is a free one."),
            new Knob(
                    NODE,
                    "orderMessageEnable",
                    flag(),
                    "false",
                    "Name server: tell clients the queues of ordered topics (updateOrderConf)."),
            new Knob(
                    NODE,
                    "deleteTopicWithBrokerRegistration",
                    flag(),
                    "false",
                    "Name server: forget topics that a broker's newer registration no longer names; not safe with brokers"
                            + " that register in parts."),
            new Knob(
                    NATIVE,
                    "listenPort",
                    port(),
                    "10911",
                    "Port for RocketMQ clients; the second (VIP) port is this one less 2; 0 is a free one."),
            new Knob(MQTT, "mqttPort", port(), "1883", "Port for MQTT over TCP; 0 is a free one."),
            new Knob(HTTP, "httpPort", port(), "8080", "Port for REST, health and metrics; 0 is a free one."),
            new Knob(
                    TOPICS,
                    "autoCreateTopicEnable",
                    flag(),
                    "true",
                    "Create an unknown topic when a message is sent to it."),
            new Knob(
                    TOPICS,
                    "defaultTopicQueueNums",
                    number(1, 1024),
                    "8",
                    "Queues of the template for created topics; a client may ask for fewer."),
            new Knob(
                    TOPICS,
                    "autoCreateSubscriptionGroup",
                    flag(),
                    "true",
                    "Create an unknown consumer group when it is used."),
            new Knob(
                    TOPICS,
                    "maxTopics",
                    number(16, 10_000_000),
                    "100000",
                    "How many topics there may be, those of the broker and of groups counted; more are refused, but not to groups."),
            new Knob(
                    TOPICS,
                    "maxSubscriptionGroups",
                    number(16, 10_000_000),
                    "100000",
                    "How many consumer groups there may be; more are refused."),
            new Knob(TOPICS, "maxMessageSize", number(1024, 64L << 20), "4194304", "Largest message body, in bytes."),
            new Knob(
                    TOPICS,
                    "enablePropertyFilter",
                    flag(),
                    "true",
                    "Let consumers filter by SQL conditions on properties."),
            new Knob(
                    TOPICS,
                    "traceTopicEnable",
                    flag(),
                    "false",
                    "Keep the topic that clients with message trace write to."),
            new Knob(
                    TOPICS,
                    "messageDelayLevel",
                    text("durations separated by blanks, with units s m h d"),
                    "1s 5s 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 30m 1h 2h",
                    "Delay of each level, counted from 1."),
            new Knob(
                    TOPICS,
                    "timerMaxDelaySec",
                    number(0, 316_224_000),
                    "31622400",
                    "How far away an exact time of delivery may be, in seconds."),
            new Knob(
                    TOPICS,
                    "transactionTimeOut",
                    number(0, 86_400_000),
                    "6000",
                    "How long a half message is left alone before its producer is asked, in milliseconds."),
            new Knob(
                    TOPICS,
                    "transactionCheckInterval",
                    number(100, 86_400_000),
                    "30000",
                    "Time between two questions about one half message, in milliseconds."),
            new Knob(
                    TOPICS,
                    "transactionCheckMax",
                    number(1, 10_000),
                    "15",
                    "Questions after which a half message is given up."),
            new Knob(
                    TOPICS,
                    "idempotenceWindowMax",
                    number(1, 10_000_000),
                    "100000",
                    "How many units of work and messages with an idempotency key are remembered, so that a repeat is answered with the first result; about 300 bytes of memory each."),
            new Knob(
                    TOPICS,
                    "idempotenceWindowSeconds",
                    number(1, 31_622_400),
                    "3600",
                    "How long each of them is remembered, in seconds; not longer than the log is kept."),
            new Knob(
                    TOPICS,
                    "preparedUnitsMax",
                    number(1, 1_000_000),
                    "10000",
                    "How many units of work may be prepared, or decided by hand and not forgotten; more are refused until some are decided or forgotten. About 500 bytes of memory each."),
            new Knob(
                    TOPICS,
                    "preparedUnitsBytesMax",
                    number(65_536, 2_000_000_000),
                    "268435456",
                    "How many bytes the messages of prepared units may have together, with 64 for each settlement; a unit counts 256 more, also when it was decided by hand and is not forgotten."),
            new Knob(
                    TOPICS,
                    "preparedUnitMaxSeconds",
                    number(1, 31_622_400),
                    "86400",
                    "After which time a unit of work that nobody decides is rolled back, which its owner is told as a heuristic outcome. The log is kept for it until then, whatever its age and however full the disk."),
            new Knob(
                    STORE,
                    "storePathRootDir",
                    text("a directory"),
                    "./data/store",
                    "Directory of the store; --data DIR sets it to DIR/store."),
            new Knob(
                    STORE,
                    "flushDiskType",
                    choice("ASYNC_FLUSH", "SYNC_FLUSH"),
                    "ASYNC_FLUSH",
                    "Whether a send is acknowledged before (ASYNC_FLUSH) or after (SYNC_FLUSH) its message is on disk."),
            new Knob(
                    STORE,
                    "flushIntervalCommitLog",
                    number(1, 60_000),
                    "500",
                    "Longest time between two flushes with ASYNC_FLUSH, in milliseconds."),
            new Knob(
                    STORE,
                    "mappedFileSizeCommitLog",
                    number(1 << 16, 2_147_479_552L),
                    "1073741824",
                    "Size of one CommitLog file, in bytes; must be that of the files already there."),
            new Knob(
                    STORE,
                    "mappedFileSizeConsumeQueue",
                    number(2000, 2_147_479_540L),
                    "6000000",
                    "Size of one ConsumeQueue file, in bytes; rounded up to a multiple of 20."),
            new Knob(STORE, "fileReservedTime", number(1, 24 * 3650), "72", "Hours for which messages are kept."),
            new Knob(
                    STORE,
                    "deleteWhen",
                    text("hours 00..23, several separated by ;"),
                    "04",
                    "Hours of the day at which expired files are deleted."),
            new Knob(
                    STORE,
                    "diskMaxUsedSpaceRatio",
                    number(10, 95),
                    "75",
                    "Percent of the disk in use from which expired files are deleted at any hour."),
            new Knob(
                    STORE,
                    "diskSpaceCleanForciblyRatio",
                    number(10, 100),
                    "85",
                    "Percent of the disk in use from which the oldest files are deleted whatever their age."),
            new Knob(
                    STORE,
                    "diskSpaceWarningLevelRatio",
                    number(10, 100),
                    "90",
                    "Percent of the disk in use from which sends are refused until there is room; reads go on."),
            new Knob(
                    STORE,
                    "diskFreeMinBytes",
                    number(0, 1L << 50),
                    "268435456",
                    "Free bytes of the disk below which sends are refused until there is room; reads go on."));

    private KnobTable() {}
}
