package io.sluice.broker.unit;

import io.sluice.model.MessageQueue;
import io.sluice.model.PropertyNames;
import io.sluice.port.Records;
import io.sluice.port.SendOutcome.Stored;
import io.sluice.store.MessageStore;
import io.sluice.wire.message.MessageView;
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

    private static Stored stored(MessageView message, String uniqueKey, String brokerName) {
        Addressee addressee = Addressee.of(message, message.topic(), message.queueId(), uniqueKey, brokerName);
        return new Stored(
                new MessageQueue(addressee.topic(), brokerName, addressee.queueId()),
                message.logOffset(),
                message.queueOffset(),
                message.messageId().toString(),
                addressee.recallHandle());
    }
}
