package io.sluice.wire.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.sluice.wire.command.CommandTable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Requests with every kind of damage that a wire, a broken client or somebody unkind can do; the same ones for a seed. */
public final class DamagedFrames {
    private static final int[] ABSURD = {
        Integer.MIN_VALUE, -1, 0, 1, 3, 4, 5, 255, 65_536, 1 << 20, 1 << 24, (1 << 24) + 1, Integer.MAX_VALUE
    };
    private static final String[] NAMES = {
        "topic",
        "queueId",
        "consumerGroup",
        "queueOffset",
        "maxMsgNums",
        "sysFlag",
        "a",
        "b",
        "e",
        "i",
        "group",
        "offset"
    };
    private static final String[] VALUES = {
        "", "0", "-1", "9223372036854775807", "9223372036854775808", "true", "T", "\u0000\u0001\u0002", "ÄÖ中", "{}", " "
    };
    private static final int BODY_MAX = 200;

    /** Whole requests are made once and damaged again and again, because making them is what takes time. */
    private static final int WHOLE = 4096;

    private final SplittableRandom random;
    private final List<byte[]> whole = new ArrayList<>();
    private final List<Integer> codes = new ArrayList<>(CommandTable.STANDARD.codes());

    /** @param withoutCodes requests that are not made, because of what they would do when they are not damaged enough */
    public DamagedFrames(long seed, Integer... withoutCodes) {
        this.random = new SplittableRandom(seed);
        codes.removeAll(List.of(withoutCodes));
        for (int i = 0; i < WHOLE; i++) {
            whole.add(make());
        }
    }

    /** One frame with its lengths, damaged once or twice in one way or another. */
    public byte[] next() {
        byte[] bytes = request();
        int headerBytes = ByteBuffer.wrap(bytes).getInt(4) & 0xFF_FFFF;
        return switch (random.nextInt(9)) {
            case 0 -> withInt(bytes, 0, absurd());
            case 1 -> withInt(bytes, 4, (bytes[4] << 24) | (absurd() & 0xFF_FFFF));
            case 2 -> withByte(bytes, 4, random.nextInt(256));
            case 3 -> flipped(bytes, 8, Math.max(9, 8 + headerBytes));
            case 4 -> withInt(bytes, 8 + random.nextInt(Math.max(1, headerBytes - 4)), absurd());
            case 5 -> shortened(bytes, headerBytes);
            case 6 -> padded(bytes, headerBytes);
            case 7 -> flipped(bytes, 0, bytes.length);
            default -> bytes;
        };
    }

    /** A whole frame whose code, fields and body were never meant for each other. */
    public byte[] request() {
        return whole.get(random.nextInt(WHOLE)).clone();
    }

    private byte[] make() {
        Map<String, String> fields = new HashMap<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            fields.put(NAMES[random.nextInt(NAMES.length)], VALUES[random.nextInt(VALUES.length)]);
        }
        byte[] body = new byte[random.nextInt(3) == 0 ? random.nextInt(BODY_MAX) : 0];
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) random.nextInt(256);
        }
        Serialization kind = random.nextBoolean() ? Serialization.JSON : Serialization.ROCKETMQ;
        int code = random.nextInt(10) == 0 ? random.nextInt(30_000) : codes.get(random.nextInt(codes.size()));
        if (kind == Serialization.ROCKETMQ && code > Short.MAX_VALUE) {
            kind = Serialization.JSON;
        }
        Frame frame = Frame.request(code)
                .withSerialization(kind)
                .withFields(Fields.of(fields))
                .withBody(body.length == 0 ? FrameBody.NONE : FrameBody.of(body));
        ByteBuf encoded = FrameCodec.encode(frame, UnpooledByteBufAllocator.DEFAULT);
        byte[] bytes = new byte[encoded.readableBytes()];
        encoded.readBytes(bytes);
        encoded.release();
        return bytes;
    }

    private int absurd() {
        return random.nextInt(3) == 0 ? random.nextInt() : ABSURD[random.nextInt(ABSURD.length)];
    }

    private static byte[] withInt(byte[] bytes, int at, int value) {
        ByteBuffer.wrap(bytes).putInt(Math.min(at, bytes.length - 4), value);
        return bytes;
    }

    private static byte[] withByte(byte[] bytes, int at, int value) {
        bytes[at] = (byte) value;
        return bytes;
    }

    private byte[] flipped(byte[] bytes, int from, int to) {
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            bytes[Math.min(bytes.length - 1, random.nextInt(from, to))] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    /** Part of the header is missing, and the lengths say so. */
    private byte[] shortened(byte[] bytes, int headerBytes) {
        int kept = random.nextInt(headerBytes + 1);
        ByteBuffer cut = ByteBuffer.allocate(8 + kept);
        cut.putInt(4 + kept).putInt(ByteBuffer.wrap(bytes).getInt(4) & 0xFF00_0000 | kept);
        return cut.put(bytes, 8, kept).array();
    }

    /** The header says more than it should, and the lengths say so. */
    private byte[] padded(byte[] bytes, int headerBytes) {
        byte[] more = (random.nextBoolean() ? "[[[[{{{{\"extFields\":" : "\u0000\u0005extra\u00ff\u00ff")
                .getBytes(StandardCharsets.UTF_8);
        int at = random.nextInt(headerBytes + 1);
        int longer = headerBytes + more.length;
        ByteBuffer grown = ByteBuffer.allocate(8 + longer);
        grown.putInt(4 + longer).putInt(ByteBuffer.wrap(bytes).getInt(4) & 0xFF00_0000 | longer);
        return grown.put(bytes, 8, at)
                .put(more)
                .put(bytes, 8 + at, headerBytes - at)
                .array();
    }
}
