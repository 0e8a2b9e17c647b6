package io.sluice.port;

/** Half-open: {@code min} is the first readable entry, {@code max} the next entry to be written; empty when equal. */
public record OffsetRange(long min, long max) {}
