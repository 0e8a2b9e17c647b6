package io.sluice.broker.send;

import io.sluice.model.MessageId;
import io.sluice.wire.json.JsonBytes;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * Writes the ids of stored messages: the same text as {@link io.sluice.model.MessageId}, with the part made once that is
 * the same for all. Safe for many threads.
 */
final class MessageIds {
    private static final byte[] DIGITS = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);
    private static final int OFFSET_DIGITS = 16;

    private final Supplier<InetSocketAddress> storeHost;
    /** Digits of the address and port it was made for. */
    private volatile Prefix prefix = new Prefix(null, new byte[0]);

    private record Prefix(InetSocketAddress host, byte[] digits) {}

    /** @param storeHost the address that records carry; may change before the first message is stored */
    MessageIds(Supplier<InetSocketAddress> storeHost) {
        this.storeHost = storeHost;
    }

    String of(long logOffset) {
        byte[] known = prefixOf(storeHost.get());
        byte[] id = new byte[known.length + OFFSET_DIGITS];
        System.arraycopy(known, 0, id, 0, known.length);
        long rest = logOffset;
        for (int i = id.length - 1; i >= known.length; i--) {
            id[i] = DIGITS[(int) (rest & 0xF)];
            rest >>>= 4;
        }
        return new String(id, StandardCharsets.ISO_8859_1);
    }

    /** Appends the id. */
    void write(long logOffset, JsonBytes into) {
        byte[] known = prefixOf(storeHost.get());
        into.raw(known);
        for (int shift = Long.SIZE - 4; shift >= 0; shift -= 4) {
            into.raw(DIGITS[(int) (logOffset >>> shift) & 0xF]);
        }
    }

    private byte[] prefixOf(InetSocketAddress host) {
        Prefix known = prefix;
        if (known.host != host) {
            String whole = new MessageId(host, 0).toString();
            known = new Prefix(
                    host, whole.substring(0, whole.length() - OFFSET_DIGITS).getBytes(StandardCharsets.ISO_8859_1));
            prefix = known;
        }
        return known.digits;
    }
}
