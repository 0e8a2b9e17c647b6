package io.sluice.mqtt;

import io.sluice.mqtt.RawClient.Packet;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** Takes the properties of a short CONNACK apart: identifier to value in hex. */
final class ConnAckReader {
    private ConnAckReader() {}

    static Map<Integer, String> properties(Packet connAck) {
        ByteBuffer rest = ByteBuffer.wrap(connAck.rest());
        rest.position(2);
        int end = rest.get() + rest.position();
        Map<Integer, String> properties = new LinkedHashMap<>();
        while (rest.position() < end) {
            int id = rest.get();
            byte[] value = new byte[valueBytes(id, rest)];
            rest.get(value);
            properties.put(id, HexFormat.of().formatHex(value));
        }
        return properties;
    }

    private static int valueBytes(int id, ByteBuffer rest) {
        return switch (id) {
            case 0x24, 0x25, 0x28, 0x29, 0x2A -> 1;
            case 0x13, 0x21, 0x22 -> 2;
            case 0x11, 0x27 -> 4;
            case 0x12, 0x1F -> rest.getShort();
            default -> throw new IllegalArgumentException("property 0x%02x was not expected".formatted(id));
        };
    }
}
