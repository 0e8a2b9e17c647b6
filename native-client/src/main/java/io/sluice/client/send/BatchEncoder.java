package io.sluice.client.send;

import io.sluice.model.Message;
import io.sluice.wire.message.PropertiesCodec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The body of a batch: its messages one after the other, big endian.
 *
 * <pre>
 *   0    4     8       12   16
 *   size magic bodyCrc flag bodyLength body  propertiesLength (2) properties
 * </pre>
 * Magic and checksum are 0: the broker fills in its own.
 */
final class BatchEncoder {
    /** What an entry takes besides its body and properties. */
    static final int FIXED_BYTES = 4 + 4 + 4 + 4 + 4 + 2;

    private BatchEncoder() {}

    static byte[] encode(List<Message> messages) {
        List<byte[]> properties = new ArrayList<>(messages.size());
        int total = 0;
        for (Message message : messages) {
            byte[] encoded = PropertiesCodec.encode(message.properties());
            properties.add(encoded);
            total = Math.addExact(total, FIXED_BYTES + message.body().length + encoded.length);
        }
        ByteBuffer batch = ByteBuffer.allocate(total);
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            byte[] encoded = properties.get(i);
            batch.putInt(FIXED_BYTES + message.body().length + encoded.length)
                    .putInt(0)
                    .putInt(0)
                    .putInt(message.flag())
                    .putInt(message.body().length)
                    .put(message.body())
                    .putShort((short) encoded.length)
                    .put(encoded);
        }
        return batch.array();
    }
}
