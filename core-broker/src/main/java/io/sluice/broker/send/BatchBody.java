package io.sluice.broker.send;

import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Several messages one after the other, big endian, each:
 *
 * <pre>
 *   0    4     8   12   16         20
 *   size magic crc flag bodyLength body propertiesLength (2) properties
 * </pre>
 *
 * Magic and checksum are not looked at.
 */
final class BatchBody {
    static final int FIXED_BYTES = 22;
    static final int FLAG = 12;
    /** Where the body begins; its length stands before it, that of the properties behind it. */
    static final int BODY = 20;

    private BatchBody() {}

    /** @param body a view into the batch */
    record Entry(int flag, ByteBuffer body, String properties) {}

    /** @throws RefusedException when a length contradicts another, or there are none or too many messages */
    static List<Entry> read(ByteBuffer batch, int entriesMax) {
        ByteBuffer rest = batch.duplicate();
        List<Entry> entries = new ArrayList<>();
        while (rest.hasRemaining()) {
            if (entries.size() == entriesMax) {
                throw illegal("has more than %d messages; send smaller ones".formatted(entriesMax));
            }
            entries.add(entry(rest));
        }
        if (entries.isEmpty()) {
            throw illegal("is empty");
        }
        return entries;
    }

    private static Entry entry(ByteBuffer rest) {
        int start = rest.position();
        if (rest.remaining() < FIXED_BYTES) {
            throw illegal("ends inside a message, at byte %d".formatted(start));
        }
        int size = rest.getInt();
        if (size < FIXED_BYTES || size > rest.limit() - start) {
            throw illegal("has a message of %d bytes at byte %d, where %d are left"
                    .formatted(size, start, rest.limit() - start));
        }
        int end = start + size;
        rest.getInt();
        rest.getInt();
        int flag = rest.getInt();
        int bodyLength = rest.getInt();
        if (bodyLength < 0 || bodyLength > end - rest.position() - Short.BYTES) {
            throw illegal("has a body of %d bytes in a message of %d at byte %d".formatted(bodyLength, size, start));
        }
        ByteBuffer body = rest.slice(rest.position(), bodyLength);
        rest.position(rest.position() + bodyLength);
        int propertiesLength = rest.getShort();
        if (propertiesLength < 0 || rest.position() + propertiesLength != end) {
            throw illegal("has %d bytes of properties in a message of %d at byte %d"
                    .formatted(propertiesLength, size, start));
        }
        String properties = StandardCharsets.UTF_8
                .decode(rest.slice(rest.position(), propertiesLength))
                .toString();
        rest.position(end);
        return new Entry(flag, body, properties);
    }

    private static RefusedException illegal(String what) {
        return new RefusedException(Refusal.ILLEGAL_ARGUMENT, "the batch " + what);
    }
}
