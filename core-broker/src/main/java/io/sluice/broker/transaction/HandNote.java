package io.sluice.broker.transaction;

import io.sluice.port.HalfMessages.Decision;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * That somebody decided by hand on a half message that was given up. Format: docs/formats/transactions.md, "Decided by hand".
 *
 * @param offset    entry of the copy in the queue of those that were given up
 * @param logOffset place of the copy in the log
 */
record HandNote(Decision decision, long offset, long logOffset) {
    static final String TOPIC = "rmq_sys_sluice_half";

    private static final byte VERSION = 1;
    private static final int BODY_BYTES = 18;
    private static final InetSocketAddress NOBODY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private static byte codeOf(Decision decision) {
        return switch (decision) {
            case COMMIT -> 1;
            case ROLLBACK -> 2;
            case ASK -> 3;
        };
    }

    private static Decision decisionOf(byte code) {
        return switch (code) {
            case 1 -> Decision.COMMIT;
            case 2 -> Decision.ROLLBACK;
            case 3 -> Decision.ASK;
            default -> throw new IllegalArgumentException("decision %d is not known; expected 1 to 3".formatted(code));
        };
    }

    ByteBuffer body() {
        return ByteBuffer.allocate(BODY_BYTES)
                .put(VERSION)
                .put(codeOf(decision))
                .putLong(offset)
                .putLong(logOffset)
                .flip();
    }

    NewRecord record() {
        return new NewRecord(
                TOPIC, TransactionRecords.QUEUE_ID, 0, 0, 0, NOBODY, 0, 0, body(), ByteBuffer.allocate(0), true);
    }

    /** @throws IllegalArgumentException saying what is wrong with the record */
    static HandNote of(MessageView record) {
        return of(record.storedBody());
    }

    static HandNote of(ByteBuffer stored) {
        ByteBuffer body = stored.duplicate();
        if (body.remaining() != BODY_BYTES) {
            throw new IllegalArgumentException(
                    "the note has %d bytes; expected %d".formatted(body.remaining(), BODY_BYTES));
        }
        byte version = body.get();
        if (version != VERSION) {
            throw new IllegalArgumentException("the note has version %d; expected %d".formatted(version, VERSION));
        }
        return new HandNote(decisionOf(body.get()), body.getLong(), body.getLong());
    }
}
