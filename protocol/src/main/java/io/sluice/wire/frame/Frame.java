package io.sluice.wire.frame;

import java.util.Objects;

/**
 * One request or answer. Immutable, except that its body is released once; who does so is written at {@link FrameBody}.
 *
 * @param serialization how the header is or was written; an answer mirrors that of its request
 * @param code          request code, or response code in an answer (0 = success)
 * @param version       of the sender, see {@link ProtocolVersion}
 * @param opaque        chosen by the asker, repeated in the answer; set by the transport when a request is sent
 * @param flag          bit 0: answer, bit 1: one-way
 * @param remark        for people; empty when there is none
 */
public record Frame(
        Serialization serialization,
        int code,
        Language language,
        int version,
        int opaque,
        int flag,
        String remark,
        Fields fields,
        FrameBody body) {
    public static final int FLAG_ANSWER = 1;
    public static final int FLAG_ONE_WAY = 2;

    public Frame {
        Objects.requireNonNull(serialization, "serialization");
        Objects.requireNonNull(language, "language");
        Objects.requireNonNull(remark, "remark");
        Objects.requireNonNull(fields, "fields");
        Objects.requireNonNull(body, "body");
    }

    public static Frame request(int code) {
        return request(code, Fields.NONE, FrameBody.NONE);
    }

    public static Frame request(int code, Fields fields) {
        return request(code, fields, FrameBody.NONE);
    }

    public static Frame request(int code, Fields fields, FrameBody body) {
        return new Frame(Serialization.JSON, code, Language.JAVA, ProtocolVersion.CURRENT, 0, 0, "", fields, body);
    }

    /** An answer; the transport fills in which request it belongs to. */
    public static Frame answer(int code, String remark) {
        return answer(code, remark, Fields.NONE, FrameBody.NONE);
    }

    public static Frame answer(int code, String remark, Fields fields, FrameBody body) {
        return new Frame(
                Serialization.JSON, code, Language.JAVA, ProtocolVersion.CURRENT, 0, FLAG_ANSWER, remark, fields, body);
    }

    public boolean isAnswer() {
        return (flag & FLAG_ANSWER) != 0;
    }

    public boolean isOneWay() {
        return (flag & FLAG_ONE_WAY) != 0;
    }

    /** This frame as the answer to a request: its opaque, its serialization, the answer bit. */
    public Frame answering(Frame request) {
        return new Frame(
                request.serialization, code, language, version, request.opaque, FLAG_ANSWER, remark, fields, body);
    }

    /** This frame as a request under an opaque. */
    public Frame asking(int newOpaque, boolean oneWay) {
        return new Frame(
                serialization, code, language, version, newOpaque, oneWay ? FLAG_ONE_WAY : 0, remark, fields, body);
    }

    public Frame withSerialization(Serialization other) {
        return new Frame(other, code, language, version, opaque, flag, remark, fields, body);
    }

    public Frame withRemark(String other) {
        return new Frame(serialization, code, language, version, opaque, flag, other, fields, body);
    }

    public Frame withFields(Fields other) {
        return new Frame(serialization, code, language, version, opaque, flag, remark, other, body);
    }

    /** The body of this frame is not released by this. */
    public Frame withBody(FrameBody other) {
        return new Frame(serialization, code, language, version, opaque, flag, remark, fields, other);
    }

    public void release() {
        body.release();
    }

    @Override
    public String toString() {
        return "%s %d opaque=%d body=%s".formatted(isAnswer() ? "answer" : "request", code, opaque, body);
    }
}
