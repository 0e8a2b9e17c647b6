package io.sluice.broker.unit;

import io.sluice.broker.send.NewMessage;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.UnitOfWork;
import java.util.List;

/**
 * A unit as it is asked for.
 *
 * @param id          as the log has it; empty for a unit without one
 * @param fingerprint see {@link Fingerprint}
 */
record UnitWork(String id, List<NewMessage> messages, List<Settlement> settlements, int fingerprint) {

    static UnitWork of(String id, List<NewMessage> messages, List<Settlement> settlements) {
        return new UnitWork(id, messages, settlements, Fingerprint.of(messages, settlements.size()));
    }

    /** With bodies of its own, for a thread that works on it later. */
    UnitWork kept() {
        return new UnitWork(id, messages.stream().map(NewMessage::kept).toList(), settlements, fingerprint);
    }

    /** Of the messages: bodies and properties. */
    long bytes() {
        long bytes = 0;
        for (NewMessage message : messages) {
            bytes += message.body().remaining() + message.properties().length();
        }
        return bytes;
    }

    /** @throws RefusedException when there is more of it than one unit may have */
    void checkSize() {
        long bytes = bytes();
        if (messages.size() > UnitOfWork.SENDS_MAX
                || settlements.size() > UnitOfWork.SETTLEMENTS_MAX
                || bytes > UnitOfWork.BYTES_MAX && messages.size() > 1) {
            throw new RefusedException(
                    Refusal.TOO_LARGE,
                    "a unit of work of %d messages with %d bytes and %d settlements is too large; at most %d, %d and %d"
                            .formatted(
                                    messages.size(),
                                    bytes,
                                    settlements.size(),
                                    UnitOfWork.SENDS_MAX,
                                    UnitOfWork.BYTES_MAX,
                                    UnitOfWork.SETTLEMENTS_MAX));
        }
    }
}
