package io.sluice.jms.deliver;

import io.sluice.jms.deliver.Outbox.Told;
import io.sluice.model.Message;
import io.sluice.port.Placement;
import io.sluice.port.Refusal;
import io.sluice.port.SendOutcome;
import io.sluice.port.UnitOfWork;
import io.sluice.wire.message.PropertiesCodec;
import jakarta.jms.JMSException;
import jakarta.jms.ResourceAllocationException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Messages that wait for a commit, within the bounds of a unit of work. Confined to its owner. */
final class Gathered {
    private static final Logger log = LoggerFactory.getLogger(Gathered.class);

    private final List<Sending> sends = new ArrayList<>();
    private long bytes;

    /** One message, and who is told its place. */
    record Sending(UnitOfWork.Send send, Told told) {}

    void add(Message message, Placement placement, Told told) throws ResourceAllocationException {
        long more = message.body().length + PropertiesCodec.encode(message.properties()).length;
        if (sends.size() >= UnitOfWork.SENDS_MAX || bytes + more > UnitOfWork.BYTES_MAX && !sends.isEmpty()) {
            throw new ResourceAllocationException(
                    "a transaction takes at most %d messages and %d bytes; commit more often"
                            .formatted(UnitOfWork.SENDS_MAX, UnitOfWork.BYTES_MAX),
                    Refusal.TOO_LARGE.name());
        }
        bytes += more;
        sends.add(new Sending(new UnitOfWork.Send(message, placement), told));
    }

    int size() {
        return sends.size();
    }

    /** The oldest, so many. */
    List<Sending> first(int count) {
        return List.copyOf(sends.subList(0, count));
    }

    /** The oldest, so many, are stored. */
    void drop(int count) {
        sends.subList(0, count).clear();
        bytes = sends.isEmpty() ? 0 : bytes;
    }

    void clear() {
        drop(sends.size());
    }

    /** The messages are there whatever becomes of this: a message of another provider may not take its id. */
    static void tell(List<Sending> stored, List<SendOutcome.Stored> places) {
        for (int i = 0; i < stored.size() && i < places.size(); i++) {
            try {
                stored.get(i).told().stored(places.get(i));
            } catch (JMSException | RuntimeException failed) {
                log.warn(
                        "message {} is committed but could not be told its id",
                        places.get(i).messageId(),
                        failed);
            }
        }
    }
}
