package io.sluice.broker.unit;

import io.sluice.broker.send.Outgoing;
import io.sluice.broker.topic.Permission;
import io.sluice.broker.topic.Topic;
import io.sluice.broker.unit.PreparedPart.Target;
import io.sluice.model.PropertyNames;
import io.sluice.port.Records;
import io.sluice.store.MessageStore;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import io.sluice.wire.message.RecordCheck;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A prepared unit as it stands in the log: what it settles, and its messages as they go out when it is committed. */
record StoredPrepared(PreparedPart part, List<Outgoing> messages) {

    private record Head(PreparedPart part, long end) {}

    /** Reads the unit whose record begins here; none when any record of it cannot be read. May wait for the disk. */
    static Optional<StoredPrepared> read(MessageStore store, long logOffset, String brokerName) {
        Optional<Head> head = head(store, logOffset);
        if (head.isEmpty()) {
            return Optional.empty();
        }
        List<Outgoing> messages = new ArrayList<>();
        long next = head.get().end();
        for (Target target : head.get().part().targets()) {
            try (Records found = store.recordAt(next)) {
                if (!isWhole(found)) {
                    return Optional.empty();
                }
                ByteBuffer slice = found.slices().get(0);
                messages.add(outgoing(MessageView.of(copyOf(slice)), target, brokerName));
                next += slice.remaining();
            }
        }
        return Optional.of(new StoredPrepared(head.get().part(), messages));
    }

    /** As {@link #read}, but without the messages: all that a rollback needs. */
    static Optional<PreparedPart> part(MessageStore store, long logOffset) {
        return head(store, logOffset).map(Head::part);
    }

    private static Optional<Head> head(MessageStore store, long logOffset) {
        try (Records head = store.recordAt(logOffset)) {
            if (!isWhole(head)) {
                return Optional.empty();
            }
            ByteBuffer slice = head.slices().get(0);
            UnitRecord unit = UnitRecord.decode(MessageView.of(slice));
            return Optional.of(
                    new Head(PreparedPart.decode(unit.more(), unit.messages()), logOffset + slice.remaining()));
        }
    }

    /** Whatever the store compares when it reads: a damaged body is not to be sent on, nor to be taken for settlements. */
    private static boolean isWhole(Records found) {
        return !found.slices().isEmpty() && RecordCheck.check(found.slices().get(0), true) == RecordCheck.Verdict.WHOLE;
    }

    private static ByteBuffer copyOf(ByteBuffer slice) {
        return ByteBuffer.allocate(slice.remaining()).put(slice.duplicate()).flip();
    }

    private static Outgoing outgoing(MessageView message, Target target, String brokerName) {
        NewRecord record = new NewRecord(
                target.topic(),
                target.queueId(),
                message.flag(),
                message.sysFlag(),
                message.bornAtMs(),
                message.bornHost(),
                message.reconsumeTimes(),
                0,
                message.storedBody(),
                message.propertiesBytes(),
                true);
        String key = message.property(PropertyNames.UNIQUE_KEY);
        String uniqueKey = key == null ? "" : key;
        Addressee addressee = Addressee.of(message, target.topic(), target.queueId(), uniqueKey, brokerName);
        Topic topic = Topic.of(addressee.topic().value(), 1, Permission.READ_WRITE);
        return new Outgoing(record, topic, addressee.queueId(), uniqueKey, addressee.recallHandle());
    }
}
