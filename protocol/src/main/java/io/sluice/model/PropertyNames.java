package io.sluice.model;

/** Names of message properties that have a meaning to a broker, a door or a client. */
public final class PropertyNames {
    /** The tag (one). */
    public static final String TAGS = "TAGS";
    /** Index keys, separated by one blank. */
    public static final String KEYS = "KEYS";
    /** Message id made by the producer; indexed as a key. */
    public static final String UNIQUE_KEY = "UNIQ_KEY";
    /** {@code false}: the producer does not wait for flush or replication. */
    public static final String WAIT = "WAIT";
    /** Delay level 1..18. */
    public static final String DELAY_LEVEL = "DELAY";

    public static final String REAL_TOPIC = "REAL_TOPIC";
    public static final String REAL_QUEUE_ID = "REAL_QID";
    /** First topic of a message that now sits in a retry or dead-letter topic. */
    public static final String RETRY_TOPIC = "RETRY_TOPIC";
    /** Offset message id of the first copy of a retried message. */
    public static final String ORIGIN_MESSAGE_ID = "ORIGIN_MESSAGE_ID";

    public static final String RECONSUME_TIME = "RECONSUME_TIME";
    public static final String MAX_RECONSUME_TIMES = "MAX_RECONSUME_TIMES";
    public static final String DEAD_LETTER_ORIGIN_TOPIC = "DLQ_ORIGIN_TOPIC";
    public static final String DEAD_LETTER_ORIGIN_MESSAGE_ID = "DLQ_ORIGIN_MESSAGE_ID";
    /** Why a message is in a dead-letter topic, a sentence. */
    public static final String DEAD_LETTER_REASON = "deadLetterReason";

    /** Deliver after this many seconds; wins over the other two. */
    public static final String TIMER_DELAY_SEC = "TIMER_DELAY_SEC";
    /** Deliver after this many milliseconds; wins over {@link #TIMER_DELIVER_MS}. */
    public static final String TIMER_DELAY_MS = "TIMER_DELAY_MS";
    /** Deliver at this instant, epoch milliseconds. */
    public static final String TIMER_DELIVER_MS = "TIMER_DELIVER_MS";
    /** When a timed message is or was due, epoch milliseconds; set by brokers, marks a message as timed already. */
    public static final String TIMER_OUT_MS = "TIMER_OUT_MS";
    /** When a timed message began to wait, epoch milliseconds; set by brokers. */
    public static final String TIMER_ENQUEUE_MS = "TIMER_ENQUEUE_MS";
    /** When a timed message was delivered, epoch milliseconds; set by brokers. */
    public static final String TIMER_DEQUEUE_MS = "TIMER_DEQUEUE_MS";
    /** How often a waiting message was written to the log anew; set by brokers. */
    public static final String TIMER_ROLL_TIMES = "TIMER_ROLL_TIMES";
    /** When a waiting message is to be written to the log anew, epoch milliseconds; set by Sluice. */
    public static final String TIMER_REWRITE_AT = "TIMER_REWRITE_AT";
    /** In other brokers' stores: the message does not wait, it takes another one away. */
    public static final String TIMER_DELETE_KEY = "TIMER_DEL_UNIQKEY";

    public static final String TRANSACTION_PREPARED = "TRAN_MSG";
    public static final String PRODUCER_GROUP = "PGROUP";
    /** How long a half message is left alone before its producer is asked, seconds. */
    public static final String CHECK_IMMUNITY_SECONDS = "CHECK_IMMUNITY_TIME_IN_SECONDS";
    /** On the record that ends a half message: the committed message stands right behind it; set by Sluice. */
    public static final String TRANSACTION_OP_FOLLOWED = "TRANSACTION_OP_FOLLOWED";

    public static final String TRANSACTION_ID = "__transactionId__";
    public static final String REGION = "MSG_REGION";
    public static final String TRACE_ON = "TRACE_ON";
    public static final String CLUSTER = "CLUSTER";
    /** Messages of one key go one after the other in groups that are ordered by key; chooses the queue for many senders. */
    public static final String SHARDING_KEY = "__SHARDINGKEY";
    /** What JMS calls a sharding key. */
    public static final String JMS_GROUP_ID = "JMSXGroupID";

    public static final String CORRELATION_ID = "CORRELATION_ID";
    public static final String REPLY_TO_CLIENT = "REPLY_TO_CLIENT";
    public static final String MESSAGE_TYPE = "MSG_TYPE";
    /** How long the sender of a request waits for the reply, milliseconds. */
    public static final String TIME_TO_LIVE = "TTL";

    public static final String POP_CHECK_POINT = "POP_CK";
    /** The message is stored once per topic and value, within the broker's window; see {@code UnitsOfWork}. */
    public static final String IDEMPOTENCY_KEY = "idempotencyKey";
    /** MIME type of the body, as every door shows it. */
    public static final String CONTENT_TYPE = "contentType";
    /**
     * Types of the properties, from senders whose properties have types; see {@code io.sluice.filter.PropertyTypes}.
     * Present: a property that it does not list is text. Absent: nobody knows.
     */
    public static final String PROPERTY_TYPES = "propertyTypes";
    /** Where an answer is expected, as every door shows it. */
    public static final String REPLY_TO = "replyTo";
    /** Instant after which nobody needs the message any more, epoch milliseconds. */
    public static final String EXPIRES_AT = "expiresAt";
    /** Full MQTT topic name of a message that came in by the MQTT door. */
    public static final String MQTT_TOPIC = "mqttTopic";

    /** {@code queue} or {@code topic}: which of two JMS destinations of one name the message was sent to. */
    public static final String JMS_DESTINATION = "jmsDestination";
    /** What {@link #REPLY_TO} names to JMS: {@code queue}, {@code topic}, {@code temp-queue} or {@code temp-topic}. */
    public static final String JMS_REPLY_KIND = "jmsReplyTo";
    /** {@code none}: a JMS message without a body; {@code null}: a JMS text message whose text is null. */
    public static final String JMS_BODY = "jmsBody";
    /** Which JMS connection sent a message to a topic, for subscribers that leave out their own connection's messages. */
    public static final String JMS_CONNECTION = "jmsConnection";
    /** JMS header, under the name that selectors use. */
    public static final String JMS_TYPE = "JMSType";
    /** JMS header, under the name that selectors use; absent for the default, 4. */
    public static final String JMS_PRIORITY = "JMSPriority";
    /** JMS header, under the name that selectors use; absent for the default, {@code PERSISTENT}. */
    public static final String JMS_DELIVERY_MODE = "JMSDeliveryMode";
    /** JMS header, under the name that selectors use; only when the sender disabled it, then 0. */
    public static final String JMS_TIMESTAMP = "JMSTimestamp";

    private PropertyNames() {}
}
