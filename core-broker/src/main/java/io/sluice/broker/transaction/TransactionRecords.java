package io.sluice.broker.transaction;

import io.sluice.broker.topic.SystemTopics;
import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import io.sluice.wire.message.PropertiesCodec;
import io.sluice.wire.message.SysFlag;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What is made of half messages, and the notes that they have ended. */
final class TransactionRecords {
    static final int QUEUE_ID = 0;
    /** Tag of an op record that ends half messages. */
    private static final String ENDED = "d";
    /** On an op record: a record stands right behind it, without which the op record does not count. */
    private static final String FOLLOWED = "followed";

    private static final int BODY_CHARS_MAX = 64 * 1024;
    private static final InetSocketAddress NOBODY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private TransactionRecords() {}

    /** The queue of the message in its own topic; -1 when the record does not say. */
    static int queueId(MessageView half) {
        String text = half.property(PropertyNames.REAL_QUEUE_ID);
        return text != null && text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
    }

    /** The message in its own topic; what it says of its past stays, as with other brokers. */
    static NewRecord committed(MessageView half) {
        int sysFlag = half.sysFlag() & ~SysFlag.TRANSACTION_MASK | SysFlag.TRANSACTION_COMMIT;
        return copy(half, half.property(PropertyNames.REAL_TOPIC), queueId(half), sysFlag, half.logOffset());
    }

    /** A given-up message in its own topic after all; an ordinary record, for bundles have no others. */
    static NewRecord delivered(MessageView givenUp) {
        int sysFlag = givenUp.sysFlag() & ~SysFlag.TRANSACTION_MASK;
        return copy(givenUp, givenUp.property(PropertyNames.REAL_TOPIC), queueId(givenUp), sysFlag, 0);
    }

    static NewRecord givenUp(MessageView half) {
        int sysFlag = half.sysFlag() & ~SysFlag.TRANSACTION_MASK;
        return copy(half, SystemTopics.CHECK_MAX_TIME, QUEUE_ID, sysFlag, half.logOffset());
    }

    /** Whether it was made of a half message that ended. */
    static boolean isOutcome(MessageView message) {
        return (message.sysFlag() & SysFlag.TRANSACTION_MASK) == SysFlag.TRANSACTION_COMMIT
                || message.topic().equals(SystemTopics.CHECK_MAX_TIME);
    }

    /** What was given up as a half message again, which waits for its producer's word. */
    static NewRecord resumed(MessageView givenUp) {
        return copy(givenUp, SystemTopics.HALF, QUEUE_ID, givenUp.sysFlag(), 0);
    }

    /** The half message as its producer shall see it: under its own topic. */
    static NewRecord question(MessageView half) {
        return copy(half, half.property(PropertyNames.REAL_TOPIC), Math.max(0, queueId(half)), half.sysFlag(), 0);
    }

    private static NewRecord copy(MessageView half, String topic, int queueId, int sysFlag, long preparedOffset) {
        return new NewRecord(
                topic,
                queueId,
                half.flag(),
                sysFlag,
                half.bornAtMs(),
                half.bornHost(),
                half.reconsumeTimes(),
                preparedOffset,
                half.storedBody(),
                half.propertiesBytes(),
                false);
    }

    static NewRecord op(long halfOffset, boolean followed) {
        MessageProperties properties = MessageProperties.NONE
                .withTag(ENDED)
                .with(PropertyNames.TRANSACTION_OP_FOLLOWED, followed ? FOLLOWED : "");
        return new NewRecord(
                SystemTopics.OP_HALF,
                QUEUE_ID,
                0,
                0,
                0,
                NOBODY,
                0,
                0,
                ByteBuffer.wrap((halfOffset + ",").getBytes(StandardCharsets.US_ASCII)),
                ByteBuffer.wrap(PropertiesCodec.encode(properties)),
                false);
    }

    /** Whether a record must stand right behind the op record. */
    static boolean isFollowed(MessageView op) {
        return FOLLOWED.equals(op.property(PropertyNames.TRANSACTION_OP_FOLLOWED));
    }

    /** Entries of the half queue that an op record ends; none when it is damaged or of another kind. */
    static List<Long> endedBy(MessageView op) {
        List<Long> ended = new ArrayList<>();
        ByteBuffer body = op.storedBody();
        if (!ENDED.equals(op.tag()) || body.remaining() > BODY_CHARS_MAX) {
            return ended;
        }
        for (String offset : StandardCharsets.US_ASCII.decode(body).toString().split(",")) {
            if (offset.matches("[0-9]{1,18}")) {
                ended.add(Long.parseLong(offset));
            }
        }
        return ended;
    }
}
