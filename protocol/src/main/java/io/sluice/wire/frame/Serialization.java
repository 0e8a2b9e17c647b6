package io.sluice.wire.frame;

import java.util.Optional;

/** How the header of a frame is written; told by the fifth byte of the frame, so every frame may differ. */
public enum Serialization {
    /** Text. What everybody writes unless told otherwise. */
    JSON(0),
    /** Compact binary; codes have 16 bits only. */
    ROCKETMQ(1);

    private final int code;

    Serialization(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    static Optional<Serialization> of(int code) {
        return switch (code) {
            case 0 -> Optional.of(JSON);
            case 1 -> Optional.of(ROCKETMQ);
            default -> Optional.empty();
        };
    }
}
