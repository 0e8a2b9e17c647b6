package io.sluice.perf.store;

import io.sluice.wire.message.NewRecord;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/**
 * Records as a client sends them: a tag and a unique key of their own. The same memory is filled again for each, so making
 * one costs next to nothing. Confined to one thread.
 */
final class RecordSource {
    private static final String KEY_DIGITS = "0".repeat(16);
    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

    private final byte[] properties;
    private final int keyAt;
    private final ByteBuffer propertiesBytes;
    private final ByteBuffer body;
    private final InetSocketAddress here = new InetSocketAddress(InetAddress.getLoopbackAddress(), 40000);
    private long number;

    /**
     * @param first  number of the first record, so that keys of several sources differ
     * @param bytes  of a body
     */
    RecordSource(long first, int bytes) {
        String text = "UNIQ_KEY\u0001" + KEY_DIGITS + "\u0002TAGS\u0001a\u0002";
        this.properties = text.getBytes(StandardCharsets.US_ASCII);
        this.keyAt = text.indexOf(KEY_DIGITS);
        this.propertiesBytes = ByteBuffer.wrap(properties);
        byte[] content = new byte[bytes];
        new Random(first).nextBytes(content);
        this.body = ByteBuffer.wrap(content);
        this.number = first;
    }

    /** Valid until the next call. */
    NewRecord next(String topic, int queueId) {
        long rest = number++;
        for (int i = KEY_DIGITS.length() - 1; i >= 0; i--) {
            properties[keyAt + i] = HEX[(int) (rest & 15)];
            rest >>>= 4;
        }
        return new NewRecord(topic, queueId, 0, 0, 1_700_000_000_000L, here, 0, 0L, body, propertiesBytes, true);
    }
}
