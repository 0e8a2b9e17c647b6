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
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A prepared unit as it stands in the log: what it settles, and its messages as they go out when it is committed. */
record StoredPrepared(PreparedPart part, List<Outgoing> messages) {

    /** Reads the unit whose record begins here; none when the disk has not confirmed all of it. May wait for the disk. */
    static Optional<StoredPrepared> read(MessageStore store, long logOffset, String brokerName) {
        UnitRecord unit;
        PreparedPart part;
        long next;
        try (Records head = store.recordAt(logOffset)) {
            if (head.slices().isEmpty()) {
                return Optional.empty();
            }
            unit = UnitRecord.decode(MessageView.of(head.slices().get(0)));
            part = PreparedPart.decode(unit.more(), unit.messages());
            next = logOffset + head.slices().get(0).remaining();
        }
        List<Outgoing> messages = new ArrayList<>();
        for (Target target : part.targets()) {
            try (Records found = store.recordAt(next)) {
                if (found.slices().isEmpty()) {
                    return Optional.empty();
                }
                ByteBuffer slice = found.slices().get(0);
                messages.add(outgoing(MessageView.of(copyOf(slice)), target, brokerName));
                next += slice.remaining();
            }
        }
        return Optional.of(new StoredPrepared(part, messages));
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
