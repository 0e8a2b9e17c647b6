package io.sluice.broker.unit;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What the record of a prepared unit says beyond what all say.
 *
 * @param oldestNeeded log offset of the oldest message that it settles; {@link Long#MAX_VALUE} for none
 * @param targets      where each message goes when it is committed, in order
 * @param held         what it settles, in the form of the lease room; empty for nothing
 */
record PreparedPart(UnitSummary summary, long oldestNeeded, List<Target> targets, byte[] held) {

    /** The place of a record in the log's queues. */
    record Target(String topic, int queueId) {}

    ByteBuffer encode() {
        List<byte[]> topics = targets.stream()
                .map(target -> target.topic().getBytes(StandardCharsets.UTF_8))
                .toList();
        int length = UnitSummary.BYTES + Long.BYTES + held.length;
        for (byte[] topic : topics) {
            length += 1 + topic.length + Integer.BYTES;
        }
        ByteBuffer to = ByteBuffer.allocate(length);
        summary.putTo(to);
        to.putLong(oldestNeeded);
        for (int i = 0; i < topics.size(); i++) {
            to.put((byte) topics.get(i).length)
                    .put(topics.get(i))
                    .putInt(targets.get(i).queueId());
        }
        return to.put(held).flip();
    }

    /**
     * @param messages how many there are
     * @throws IllegalArgumentException when the bytes are no such part
     */
    static PreparedPart decode(ByteBuffer bytes, int messages) {
        ByteBuffer from = bytes.duplicate();
        try {
            UnitSummary summary = UnitSummary.readFrom(from);
            long oldestNeeded = from.getLong();
            List<Target> targets = new ArrayList<>();
            for (int i = 0; i < messages; i++) {
                byte[] topic = new byte[from.get() & 0xFF];
                from.get(topic);
                targets.add(new Target(new String(topic, StandardCharsets.UTF_8), from.getInt()));
            }
            byte[] held = new byte[from.remaining()];
            from.get(held);
            return new PreparedPart(summary, oldestNeeded, targets, held);
        } catch (BufferUnderflowException tooShort) {
            throw new IllegalArgumentException(
                    "%d bytes are too few for a prepared unit of %d messages".formatted(bytes.remaining(), messages),
                    tooShort);
        }
    }
}
