package io.sluice.wire.frame;

/** Version numbers that peers put into every frame: places in one long list of releases, where each release is an odd number. */
public final class ProtocolVersion {
    /** 3.0.7, first whose clients understand an offset reset pushed to them. */
    public static final int V3_0_7_SNAPSHOT = 18;
    /** 3.4.9, first whose clients choose the maximum number of redeliveries themselves. */
    public static final int V3_4_9 = 121;
    /** 4.9.0. */
    public static final int V4_9_0 = 393;
    /** 4.9.4, first that reads routes in strict JSON. */
    public static final int V4_9_4 = 401;
    /** 5.0.0. */
    public static final int V5_0_0 = 413;
    /** 5.3.3. */
    public static final int V5_3_3 = 479;
    /** What Sluice says of itself: the release whose protocol it speaks. */
    public static final int CURRENT = V5_3_3;

    private static final int MINORS_PER_MAJOR_STEP = 20;

    private ProtocolVersion() {}

    /** {@code V5_3_3} for 479; older or unknown numbers as {@code V} and the number. */
    public static String describe(int version) {
        if (version >= V5_0_0 && (version - V5_0_0) % 2 == 0) {
            int beyond = version - V5_0_0;
            return "V5_%d_%d".formatted(beyond / MINORS_PER_MAJOR_STEP, beyond % MINORS_PER_MAJOR_STEP / 2);
        }
        if (version >= V4_9_0 && version < V5_0_0 && (version - V4_9_0) % 2 == 0) {
            return "V4_9_%d".formatted((version - V4_9_0) / 2);
        }
        return "V" + version;
    }
}
