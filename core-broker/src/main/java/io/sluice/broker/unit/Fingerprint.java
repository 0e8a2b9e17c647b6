package io.sluice.broker.unit;

import io.sluice.broker.send.NewMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;

/** What a repeat must have in common with the first: topics and bodies of the messages, in order, and how many settlements. */
final class Fingerprint {
    private Fingerprint() {}

    static int of(List<NewMessage> messages, int settlements) {
        CRC32 crc = new CRC32();
        ByteBuffer number = ByteBuffer.allocate(Integer.BYTES);
        for (NewMessage message : messages) {
            crc.update(message.topic().getBytes(StandardCharsets.UTF_8));
            crc.update(number.clear().putInt(message.body().remaining()).flip());
            crc.update(message.body().duplicate());
        }
        crc.update(number.clear().putInt(settlements).flip());
        return (int) crc.getValue();
    }
}
