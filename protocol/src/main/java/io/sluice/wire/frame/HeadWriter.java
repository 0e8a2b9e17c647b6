package io.sluice.wire.frame;

import io.sluice.wire.json.JsonBytes;

/** Writes what stands before the body of a frame, into memory that is used again. Confined to one thread. */
final class HeadWriter {
    private static final int CAPACITY = 512;

    private final JsonBytes bytes = new JsonBytes(CAPACITY);
    private final JsonHeader.Sink json = new JsonHeader.Sink(bytes);
    private final BinaryHeader.Sink binary = new BinaryHeader.Sink(bytes);

    /** What was written last. */
    JsonBytes bytes() {
        return bytes;
    }

    /** @throws FrameException when header or frame are larger than may be sent */
    HeadWriter write(Frame frame) {
        return write(
                frame.serialization(),
                frame.code(),
                frame.language(),
                frame.version(),
                frame.opaque(),
                frame.flag(),
                frame.remark(),
                frame.fields(),
                frame.body().length());
    }

    /**
     * An answer that has no body.
     *
     * @throws FrameException when the header is larger than may be sent
     */
    HeadWriter writeAnswer(FrameHead request, int code, Fields fields) {
        return write(
                request.serialization(),
                code,
                Language.JAVA,
                ProtocolVersion.CURRENT,
                request.opaque(),
                Frame.FLAG_ANSWER,
                "",
                fields,
                0);
    }

    private HeadWriter write(
            Serialization serialization,
            int code,
            Language language,
            int version,
            int opaque,
            int flag,
            String remark,
            Fields fields,
            int bodyBytes) {
        bytes.clear();
        bytes.int32(0);
        bytes.int32(0);
        if (serialization == Serialization.JSON) {
            JsonHeader.encode(code, language, version, opaque, flag, remark, fields, json);
        } else {
            BinaryHeader.encode(code, language, version, opaque, flag, remark, fields, binary);
        }
        int headerBytes = bytes.length() - FrameLayout.HEADER;
        if (headerBytes > FrameCodec.HEADER_MAX_BYTES) {
            throw new FrameException(
                    "header of %d bytes, at most %d are sent".formatted(headerBytes, FrameCodec.HEADER_MAX_BYTES));
        }
        long total = (long) FrameLayout.META_BYTES + headerBytes + bodyBytes;
        if (total > FrameCodec.TOTAL_MAX_BYTES) {
            throw new FrameException(
                    "frame of %d bytes, at most %d are sent".formatted(total, FrameCodec.TOTAL_MAX_BYTES));
        }
        bytes.int32At(FrameLayout.TOTAL, (int) total);
        bytes.int32At(FrameLayout.META, serialization.code() << 24 | headerBytes);
        return this;
    }
}
