package io.sluice.wire.message;

/**
 * One stored message, big endian; positions after {@code bornHost} shift by 12 for each IPv6 host.
 *
 * <pre>
 *   0         4     8       12      16   20          28             36      40            48
 *   totalSize magic bodyCrc queueId flag queueOffset physicalOffset sysFlag bornTimestamp bornHost
 *   56             64        72             76                       84
 *   storeTimestamp storeHost reconsumeTimes preparedTransactionOffset bodyLength body
 *   topicLength (1 byte in V1, 2 in V2) topic  propertiesLength (2) properties
 * </pre>
 */
public final class MessageLayout {
    public static final int TOTAL_SIZE = 0;
    public static final int MAGIC = 4;
    /** CRC-32 of the stored body, masked with 0x7FFFFFFF. */
    public static final int BODY_CRC = 8;

    public static final int QUEUE_ID = 12;
    public static final int FLAG = 16;
    public static final int QUEUE_OFFSET = 20;
    public static final int PHYSICAL_OFFSET = 28;
    public static final int SYS_FLAG = 36;
    public static final int BORN_TIMESTAMP = 40;
    public static final int BORN_HOST = 48;

    /** Message with one byte of topic length. */
    public static final int MAGIC_V1 = 0xDAA320A7;
    /** Message with two bytes of topic length, for topics over 127 bytes. */
    public static final int MAGIC_V2 = 0xDAA320AB;
    /** Filler at the end of a segment. */
    public static final int MAGIC_BLANK = 0xCBD43194;

    public static final int HOST_V4_BYTES = 8;
    public static final int HOST_V6_BYTES = 20;
    /** Size of a V1 record with IPv4 hosts and empty body, topic and properties. */
    public static final int MIN_BYTES = 91;
    /** Size of total size and magic: what a blank needs, and what is always kept free at the end of a segment. */
    public static final int BLANK_BYTES = 8;

    public static final int TOPIC_V1_MAX_BYTES = 127;
    public static final int PROPERTIES_MAX_BYTES = Short.MAX_VALUE;
    public static final int CRC_MASK = 0x7FFFFFFF;

    private MessageLayout() {}
}
