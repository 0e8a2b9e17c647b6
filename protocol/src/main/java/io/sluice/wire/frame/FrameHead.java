package io.sluice.wire.frame;

import io.netty.buffer.ByteBuf;

/**
 * The header that a connection is reading, in memory that the next one overwrites: nothing is made per frame. Confined to
 * the event loop of its connection; whoever needs the header longer takes {@link #toFrame}.
 */
public final class FrameHead {
    private static final int FIRST_BYTES = 1024;
    /** Memory kept from one header to the next; a larger one gets its own. */
    private static final int KEEP_BYTES = 64 * 1024;

    private final JsonHeader json = new JsonHeader();
    private final ParsedFields fields = new ParsedFields();
    private byte[] bytes = new byte[FIRST_BYTES];
    private int length;

    private Serialization serialization = Serialization.JSON;
    int code;
    Language language = Language.JAVA;
    int version;
    int opaque;
    int flag;
    String remark = "";

    FrameHead() {}

    /**
     * Reads the next header.
     *
     * @param meta  kind and length of the header, see {@link FrameLayout#META}
     * @param total of the frame
     */
    void read(ByteBuf in, int meta, int total) {
        int announced = meta & FrameLayout.HEADER_LENGTH_MASK;
        if (announced > total - FrameLayout.META_BYTES) {
            throw new FrameException("header of %d bytes in a frame of %d bytes".formatted(announced, total));
        }
        if (announced > FrameCodec.HEADER_MAX_BYTES) {
            throw new FrameException(
                    "header of %d bytes, at most %d are accepted".formatted(announced, FrameCodec.HEADER_MAX_BYTES));
        }
        if (announced > bytes.length || bytes.length > KEEP_BYTES) {
            bytes = new byte[Math.max(announced, FIRST_BYTES)];
        }
        in.readBytes(bytes, 0, announced);
        length = announced;
        parse(meta >>> 24);
    }

    private void parse(int kind) {
        code = 0;
        language = Language.JAVA;
        version = 0;
        opaque = 0;
        flag = 0;
        remark = "";
        fields.restart(bytes);
        switch (kind) {
            case 0 -> {
                serialization = Serialization.JSON;
                json.read(bytes, length, this);
            }
            case 1 -> {
                serialization = Serialization.ROCKETMQ;
                BinaryHeader.read(bytes, length, this);
            }
            default ->
                throw new FrameException("header of unknown kind %d, expected 0 (JSON) or 1 (binary)".formatted(kind));
        }
    }

    /** Bytes of the header. */
    int length() {
        return length;
    }

    public int code() {
        return code;
    }

    public int opaque() {
        return opaque;
    }

    public Serialization serialization() {
        return serialization;
    }

    public boolean isAnswer() {
        return (flag & Frame.FLAG_ANSWER) != 0;
    }

    public boolean isOneWay() {
        return (flag & Frame.FLAG_ONE_WAY) != 0;
    }

    /** Overwritten with the next header. */
    public ParsedFields fields() {
        return fields;
    }

    /** A copy that stays as it is, without a body. */
    public Frame toFrame() {
        return toFrame(FrameBody.NONE);
    }

    Frame toFrame(FrameBody body) {
        return new Frame(serialization, code, language, version, opaque, flag, remark, fields.copy(length), body);
    }
}
