package io.sluice.broker.lease;

import io.sluice.model.GroupName;
import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.store.QueueRead;
import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.message.MessageLayout;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import io.sluice.wire.message.PropertiesCodec;
import io.sluice.wire.message.SysFlag;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Messages that a group gives up on, for its dead-letter topic: as they are, with where they came from and why. Whoever stores one does so
 * in one bundle with the settlement of the entry. May read from the disk, so it is asked where that may be waited for.
 */
final class DeadLetters {
    private static final int REASON_MAX_CHARS = 512;
    private static final int QUEUE_ID = 0;

    private final LeaseLog store;
    private final LeaseTopics topics;

    DeadLetters(LeaseLog store, LeaseTopics topics) {
        this.store = store;
        this.topics = topics;
    }

    /** A dead letter whose body lies in the log still, and stays there until this is closed. */
    record Letter(NewRecord record, QueueRead message) implements AutoCloseable {
        @Override
        public void close() {
            message.close();
        }
    }

    /** As {@link #letter}, without a copy of the body. */
    Optional<Letter> open(CursorKey key, long offset, int attempts, String reason) {
        QueueRead read = read(key, offset);
        if (read.status() != QueueRead.Status.FOUND) {
            read.close();
            return Optional.empty();
        }
        try {
            return Optional.of(new Letter(letter(read.slices().get(0), key.group(), attempts, reason), read));
        } catch (RuntimeException failed) {
            read.close();
            throw failed;
        }
    }

    /**
     * The dead letter of an entry, for whoever stores it; none when the message is gone from the log. The topic it is for is
     * there when {@link #ready} completes.
     */
    Optional<NewRecord> letter(CursorKey key, long offset, int attempts, String reason) {
        try (QueueRead read = read(key, offset)) {
            return read.status() != QueueRead.Status.FOUND
                    ? Optional.empty()
                    : Optional.of(letter(copyOf(read.slices().get(0)), key.group(), attempts, reason));
        }
    }

    private QueueRead read(CursorKey key, long offset) {
        QueueRead read = store.read(key.topic().value(), key.queueId(), offset, new Only(offset), 1, Integer.MAX_VALUE);
        if (read.status() == QueueRead.Status.REBUILDING) {
            read.close();
            throw new RefusedException(
                    Refusal.UNAVAILABLE, "the queue of the message is being rebuilt; try again soon");
        }
        return read;
    }

    private static ByteBuffer copyOf(ByteBuffer record) {
        return ByteBuffer.allocate(record.remaining()).put(record.duplicate()).flip();
    }

    CompletionStage<Void> ready(GroupName group) {
        try {
            return topics.ensureDeadLetterTopic(TopicName.deadLetterOf(group));
        } catch (RefusedException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    /** Takes one entry. */
    private record Only(long offset) implements EntryFilter {
        @Override
        public boolean acceptsEntry(long queueOffset, long tagHash) {
            return queueOffset == offset;
        }
    }

    private static NewRecord letter(ByteBuffer record, GroupName group, int attempts, String reason) {
        MessageView message = MessageView.of(record);
        return new NewRecord(
                TopicName.deadLetterOf(group).value(),
                QUEUE_ID,
                message.flag(),
                message.sysFlag() & ~SysFlag.TRANSACTION_MASK,
                message.bornAtMs(),
                message.bornHost(),
                attempts,
                0,
                message.storedBody(),
                ByteBuffer.wrap(properties(message, reason)),
                true);
    }

    private static byte[] properties(MessageView message, String reason) {
        MessageProperties before = message.properties();
        String origin = message.messageId().toString();
        MessageProperties plain = before.without(PropertyNames.DELAY_LEVEL)
                .without(PropertyNames.REAL_TOPIC)
                .without(PropertyNames.REAL_QUEUE_ID)
                .without(PropertyNames.TRANSACTION_PREPARED)
                .without(PropertyNames.WAIT);
        String firstTopic = before.find(PropertyNames.RETRY_TOPIC).orElseGet(message::topic);
        byte[] full = PropertiesCodec.encode(plain.with(PropertyNames.RETRY_TOPIC, firstTopic)
                .with(
                        PropertyNames.ORIGIN_MESSAGE_ID,
                        before.find(PropertyNames.ORIGIN_MESSAGE_ID).orElse(origin))
                .with(PropertyNames.DEAD_LETTER_ORIGIN_TOPIC, firstTopic)
                .with(PropertyNames.DEAD_LETTER_ORIGIN_MESSAGE_ID, origin)
                .with(PropertyNames.DEAD_LETTER_REASON, printable(reason)));
        // A message whose properties leave no room keeps its own: it is more than what we have to say about it.
        return full.length <= MessageLayout.PROPERTIES_MAX_BYTES ? full : PropertiesCodec.encode(plain);
    }

    private static String printable(String reason) {
        if (reason == null || reason.isBlank()) {
            return "rejected without a reason";
        }
        StringBuilder text = new StringBuilder();
        reason.codePoints()
                .limit(REASON_MAX_CHARS)
                .map(c -> Character.isISOControl(c) ? ' ' : c)
                .forEach(text::appendCodePoint);
        return text.toString();
    }
}
