package io.sluice.mqtt;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Speaks MQTT byte by byte, so that it can say what no client library would. */
final class RawClient implements AutoCloseable {
    private static final int READ_TIMEOUT_MS = 60_000;

    private final Socket socket;
    private final DataInputStream in;

    /** One packet as it came: {@code first} is type and flags. */
    record Packet(int first, byte[] rest) {
        String hex() {
            return "%02x:%s".formatted(first, HexFormat.of().formatHex(rest));
        }
    }

    RawClient(int port) {
        try {
            socket = new Socket();
            socket.connect(new InetSocketAddress("127.0.0.1", port), READ_TIMEOUT_MS);
            socket.setSoTimeout(READ_TIMEOUT_MS);
            socket.setTcpNoDelay(true);
            in = new DataInputStream(socket.getInputStream());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    RawClient(int port, int receiveBufferBytes) {
        try {
            socket = new Socket();
            socket.setReceiveBufferSize(receiveBufferBytes);
            socket.connect(new InetSocketAddress("127.0.0.1", port), READ_TIMEOUT_MS);
            socket.setSoTimeout(READ_TIMEOUT_MS);
            in = new DataInputStream(socket.getInputStream());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    // ---- what is said ----

    RawClient bytes(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return this;
    }

    RawClient hex(String hex) {
        return bytes(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    /** A packet with its length filled in. */
    RawClient packet(int first, Object... parts) {
        return bytes(packetBytes(first, parts));
    }

    static byte[] packetBytes(int first, Object... parts) {
        byte[] rest = join(parts);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(first);
        int left = rest.length;
        do {
            int digit = left & 0x7F;
            left >>>= 7;
            out.write(left > 0 ? digit | 0x80 : digit);
        } while (left > 0);
        out.writeBytes(rest);
        return out.toByteArray();
    }

    /** Integers are bytes, strings have a length, byte arrays are as they are. */
    static byte[] join(Object... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Object part : parts) {
            if (part instanceof Integer number) {
                out.write(number);
            } else if (part instanceof String text) {
                byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
                out.write(utf8.length >> 8);
                out.write(utf8.length);
                out.writeBytes(utf8);
            } else {
                out.writeBytes((byte[]) part);
            }
        }
        return out.toByteArray();
    }

    /** CONNECT of MQTT 3.1.1 with a clean session. */
    RawClient connect3(String clientId) {
        return packet(0x10, "MQTT", 4, 0x02, 0, 60, clientId);
    }

    /** CONNECT of MQTT 5 with a clean start; {@code properties} without their length. */
    RawClient connect5(String clientId, Object... properties) {
        byte[] joined = join(properties);
        return packet(0x10, "MQTT", 5, 0x02, 0, 60, joined.length, joined, clientId);
    }

    /** PUBLISH of MQTT 3.1.1. */
    RawClient publish3(int qos, int packetId, String topic, String payload) {
        byte[] body = payload.getBytes(StandardCharsets.UTF_8);
        return qos == 0
                ? packet(0x30, topic, body)
                : packet(0x30 | qos << 1, topic, packetId >> 8, packetId & 0xFF, body);
    }

    /** PUBLISH of MQTT 5; {@code properties} without their length. */
    RawClient publish5(int qos, int packetId, String topic, String payload, Object... properties) {
        byte[] body = payload.getBytes(StandardCharsets.UTF_8);
        byte[] joined = join(properties);
        return qos == 0
                ? packet(0x30, topic, joined.length, joined, body)
                : packet(0x30 | qos << 1, topic, packetId >> 8, packetId & 0xFF, joined.length, joined, body);
    }

    RawClient subscribe3(int packetId, String filter, int qos) {
        return packet(0x82, packetId >> 8, packetId & 0xFF, filter, qos);
    }

    RawClient subscribe5(int packetId, String filter, int options) {
        return packet(0x82, packetId >> 8, packetId & 0xFF, 0, filter, options);
    }

    // ---- what is heard ----

    Packet read() {
        try {
            int first = in.readUnsignedByte();
            int length = 0;
            int shift = 0;
            int digit;
            do {
                digit = in.readUnsignedByte();
                length |= (digit & 0x7F) << shift;
                shift += 7;
            } while ((digit & 0x80) != 0);
            byte[] rest = new byte[length];
            in.readFully(rest);
            return new Packet(first, rest);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The next packet as {@code type:hex}. */
    String readHex() {
        return read().hex();
    }

    /** Type and reason code of the next packet, for packets whose body begins with the reason. */
    String readReason() {
        Packet packet = read();
        return "%02x:%02x".formatted(packet.first(), packet.rest()[0]);
    }

    /** Whether the server closes without another word. */
    boolean isClosedSilently() {
        try {
            return in.read() < 0;
        } catch (SocketException reset) {
            return true;
        } catch (EOFException end) {
            return true;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Goes without a word, so that the server sees a reset. */
    void vanish() {
        try {
            socket.setSoLinger(true, 0);
        } catch (SocketException failed) {
            throw new UncheckedIOException(failed);
        }
        close();
    }
}
