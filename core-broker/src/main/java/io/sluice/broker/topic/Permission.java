package io.sluice.broker.topic;

/** What may be done with a topic, as bits. */
public final class Permission {
    /** The topic may serve as template when topics are created by sending. */
    public static final int INHERIT = 1;

    public static final int WRITE = 1 << 1;
    public static final int READ = 1 << 2;
    public static final int READ_WRITE = READ | WRITE;
    /** Bits beyond these have no meaning (the highest is reserved). */
    public static final int MAX = 0xF;

    private Permission() {}

    public static boolean isReadable(int perm) {
        return (perm & READ) != 0;
    }

    public static boolean isWritable(int perm) {
        return (perm & WRITE) != 0;
    }

    public static boolean isInherited(int perm) {
        return (perm & INHERIT) != 0;
    }
}
