package io.sluice.wire.body;

import io.sluice.wire.body.SettleRequestBody.Settle;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.json.JsonException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A unit of work to be committed; Sluice's own, see {@code UnitCommands}. Its messages follow the JSON as records, one behind the
 * other: {@code u32 length of the JSON, JSON, records}. Of a record only what a sender says is looked at.
 *
 * @param id          empty: a repeat does it again
 * @param placements  of the messages, in their order: {@code *} anywhere, {@code qN} queue N, {@code k} and a sharding key, {@code t} and a key that is
 *                    for the choice of the queue alone; keys in base64 for URLs
 * @param settlements no extensions
 */
public record UnitRequestBody(String id, List<String> placements, List<Settle> settlements) implements Body {
    private static final int LENGTH_BYTES = 4;

    /** The body of a frame with the messages. */
    public FrameBody with(List<ByteBuffer> records) {
        byte[] json = toJson();
        int length = LENGTH_BYTES + json.length;
        for (ByteBuffer record : records) {
            length += record.remaining();
        }
        ByteBuffer all = ByteBuffer.allocate(length).putInt(json.length).put(json);
        records.forEach(record -> all.put(record.duplicate()));
        return FrameBody.of(all.array());
    }

    /** @throws JsonException when the bytes hold no unit */
    public static UnitRequestBody read(ByteBuffer bytes) {
        return fromJson(bytes.slice(bytes.position() + LENGTH_BYTES, lengthIn(bytes)));
    }

    private static UnitRequestBody fromJson(ByteBuffer json) {
        byte[] utf8 = new byte[json.remaining()];
        json.get(utf8);
        return Body.fromJson(UnitRequestBody.class, utf8);
    }

    /** Where the records are, in bytes that hold a unit. */
    public static ByteBuffer recordsIn(ByteBuffer bytes) {
        int from = LENGTH_BYTES + lengthIn(bytes);
        return bytes.slice(bytes.position() + from, bytes.remaining() - from);
    }

    private static int lengthIn(ByteBuffer bytes) {
        int length = bytes.remaining() < LENGTH_BYTES ? -1 : bytes.getInt(bytes.position());
        if (length < 0 || length > bytes.remaining() - LENGTH_BYTES) {
            throw new JsonException(
                    "a unit of work of %d bytes says that its first part has %d".formatted(bytes.remaining(), length));
        }
        return length;
    }
}
