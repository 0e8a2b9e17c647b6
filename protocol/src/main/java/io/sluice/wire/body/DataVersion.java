package io.sluice.wire.body;

/** Version of a table: two are the same only when all three members are. */
public record DataVersion(long stateVersion, long timestamp, long counter) implements Body {

    /** The version of a table that was never changed. */
    public static DataVersion initial(long nowMs) {
        return new DataVersion(0, nowMs, 0);
    }

    /** The version after one more change. */
    public DataVersion next(long nowMs) {
        return new DataVersion(stateVersion, nowMs, counter + 1);
    }
}
