package io.sluice.model;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * Where a stored message lies: the address of the broker that stored it and its byte position in that broker's log.
 *
 * <p>Written as upper-case hex of address (4 or 16 bytes), port (4) and log offset (8): 32 or 56 digits.
 */
public record MessageId(InetSocketAddress storeHost, long logOffset) {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final int PORT_AND_OFFSET_BYTES = 12;

    /** @throws IllegalArgumentException when the text is not 32 or 56 hex digits */
    public static MessageId parse(String text) {
        if (text.length() != 32 && text.length() != 56) {
            throw new IllegalArgumentException(
                    "message id '%s' has %d characters; expected 32 or 56 hex digits".formatted(text, text.length()));
        }
        try {
            ByteBuffer bytes = ByteBuffer.wrap(HEX.parseHex(text));
            byte[] address = new byte[bytes.remaining() - PORT_AND_OFFSET_BYTES];
            bytes.get(address);
            int port = bytes.getInt();
            return new MessageId(new InetSocketAddress(InetAddress.getByAddress(address), port), bytes.getLong());
        } catch (UnknownHostException | BufferUnderflowException notAnAddress) {
            throw new IllegalArgumentException("message id '%s' holds no address".formatted(text), notAnAddress);
        }
    }

    @Override
    public String toString() {
        byte[] address = storeHost.getAddress().getAddress();
        ByteBuffer bytes = ByteBuffer.allocate(address.length + PORT_AND_OFFSET_BYTES);
        bytes.put(address).putInt(storeHost.getPort()).putLong(logOffset);
        return HEX.formatHex(bytes.array());
    }
}
