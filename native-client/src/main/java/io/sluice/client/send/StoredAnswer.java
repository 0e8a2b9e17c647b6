package io.sluice.client.send;

import io.sluice.client.link.ClusterLink;
import io.sluice.model.MessageId;
import io.sluice.model.MessageQueue;
import io.sluice.port.SendOutcome;
import io.sluice.port.SendOutcome.Doubt;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.command.SendCommands.SendAnswer;
import io.sluice.wire.frame.Frame;
import java.net.InetAddress;
import java.util.Optional;

/**
 * The answer to a frame of one or more messages that were stored: offset of the first, ids of all. Immutable.
 *
 * @param queue       where the messages lie, one behind the other
 * @param firstOffset entry number of the first in the queue
 * @param ids         ids of equal length with commas between them; or one id for all, from a broker that stores a batch as
 *                    one record
 * @param idLength    characters of one id
 * @param onlyKey     the unique key that the broker tells for a single message; may be empty
 * @param recallHandle takes the message back while it waits for its time, told for a single message; may be empty
 * @param keys        makes texts of the keys that were made here
 */
record StoredAnswer(
        MessageQueue queue,
        long firstOffset,
        String ids,
        int idLength,
        String onlyKey,
        Optional<Doubt> doubt,
        String recallHandle,
        UniqueKeys keys) {
    private static final int LOG_OFFSET_DIGITS = 16;
    private static final int HEX = 16;
    /** Its messages bring their keys as texts. */
    private static final UniqueKeys NO_KEYS = new UniqueKeys(InetAddress.getLoopbackAddress());

    /**
     * Empty when the answer says that nothing was stored.
     *
     * @param count messages in the frame
     * @throws IllegalArgumentException when the ids are not those of so many messages
     */
    static Optional<StoredAnswer> read(Frame answer, MessageQueue asked, int count, UniqueKeys keys) {
        Optional<Doubt> doubt;
        switch (answer.code()) {
            case ResponseCode.SUCCESS -> doubt = Optional.empty();
            case ResponseCode.FLUSH_DISK_TIMEOUT -> doubt = Optional.of(Doubt.FLUSH_TIMEOUT);
            case ResponseCode.FLUSH_SLAVE_TIMEOUT -> doubt = Optional.of(Doubt.REPLICA_TIMEOUT);
            case ResponseCode.SLAVE_NOT_AVAILABLE -> doubt = Optional.of(Doubt.NO_REPLICA);
            default -> {
                return Optional.empty();
            }
        }
        SendAnswer header = ClusterLink.header(answer, SendAnswer.class);
        MessageQueue queue = asked.queueId() == header.queueId()
                ? asked
                : new MessageQueue(asked.topic(), asked.brokerName(), header.queueId());
        String ids = header.msgId();
        int comma = ids.indexOf(',');
        int idLength = comma < 0 ? ids.length() : comma;
        MessageId.parse(ids.substring(0, idLength));
        if (comma >= 0) {
            requireIds(ids, idLength, count);
        }
        return Optional.of(new StoredAnswer(
                queue,
                header.queueOffset(),
                ids,
                idLength,
                header.transactionId(),
                doubt,
                header.recallHandle(),
                keys));
    }

    /** Of one message that was not sent by a frame of its own. */
    static StoredAnswer of(SendOutcome.Stored stored, Optional<Doubt> doubt) {
        return new StoredAnswer(
                stored.queue(),
                stored.queueOffset(),
                stored.messageId(),
                stored.messageId().length(),
                "",
                doubt,
                stored.recallHandle(),
                NO_KEYS);
    }

    private static void requireIds(String ids, int idLength, int count) {
        boolean regular = ids.length() == count * (idLength + 1) - 1;
        for (int i = 1; regular && i < count; i++) {
            regular = ids.charAt(i * (idLength + 1) - 1) == ',';
        }
        if (!regular) {
            throw new IllegalArgumentException("expected the ids of %d messages, found %d characters from '%s' on"
                    .formatted(count, ids.length(), ids.substring(0, Math.min(ids.length(), 2 * idLength))));
        }
    }

    private int startOf(int index) {
        return ids.length() == idLength ? 0 : index * (idLength + 1);
    }

    String messageId(int index) {
        int start = startOf(index);
        return ids.substring(start, start + idLength);
    }

    long logOffset(int index) {
        int end = startOf(index) + idLength;
        return Long.parseUnsignedLong(ids, end - LOG_OFFSET_DIGITS, end, HEX);
    }
}
