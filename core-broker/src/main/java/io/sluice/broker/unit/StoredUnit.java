package io.sluice.broker.unit;

import io.sluice.broker.topic.SystemTopics;
import io.sluice.model.IllegalNameException;
import io.sluice.model.MessageQueue;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.port.Records;
import io.sluice.port.SendOutcome.Stored;
import io.sluice.store.MessageStore;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.RecallHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A unit as it stands in the log: its record, and where its messages are, as their sender was told.
 *
 * @param uniqueKeys of the messages, in their order
 */
record StoredUnit(UnitRecord unit, List<Stored> sent, List<String> uniqueKeys) {

    /** Reads the unit whose record begins here; none when the log does not hold it any more. May wait for the disk. */
    static Optional<StoredUnit> read(MessageStore store, long logOffset, String brokerName) {
        UnitRecord unit;
        long next;
        try (Records head = store.recordAt(logOffset)) {
            if (head.slices().isEmpty()) {
                return Optional.empty();
            }
            unit = UnitRecord.decode(MessageView.of(head.slices().get(0)));
            next = logOffset + head.slices().get(0).remaining();
        }
        List<Stored> sent = new ArrayList<>();
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < unit.messages(); i++) {
            try (Records found = store.recordAt(next)) {
                if (found.slices().isEmpty()) {
                    return Optional.empty();
                }
                MessageView message = MessageView.of(found.slices().get(0));
                String key = message.property(PropertyNames.UNIQUE_KEY);
                keys.add(key == null ? "" : key);
                sent.add(stored(message, keys.get(i), brokerName));
                next += found.slices().get(0).remaining();
            }
        }
        return Optional.of(new StoredUnit(unit, sent, keys));
    }

    /** A message that waits for its time says itself where it belongs. */
    private static Stored stored(MessageView message, String uniqueKey, String brokerName) {
        boolean isTimed = message.topic().equals(SystemTopics.TIMER);
        boolean waits = isTimed || message.topic().equals(SystemTopics.SCHEDULE);
        TopicName topic = topic(waits ? message.property(PropertyNames.REAL_TOPIC) : message.topic());
        int queueId = waits ? Integer.parseInt(message.property(PropertyNames.REAL_QUEUE_ID)) : message.queueId();
        String recallHandle = isTimed
                ? new RecallHandle(
                                topic,
                                brokerName,
                                Long.parseLong(message.property(PropertyNames.TIMER_OUT_MS)),
                                uniqueKey)
                        .text()
                : "";
        return new Stored(
                new MessageQueue(topic, brokerName, queueId),
                message.logOffset(),
                message.queueOffset(),
                message.messageId().toString(),
                recallHandle);
    }

    private static TopicName topic(String name) {
        try {
            return new TopicName(name);
        } catch (IllegalNameException impossible) {
            throw new IllegalStateException("the log holds a message for the topic '%s'".formatted(name), impossible);
        }
    }
}
