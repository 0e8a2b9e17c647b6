package io.sluice.filter;

/** What a condition says of a message, in SQL's three-valued logic. Only {@link #TRUE} selects the message. */
public enum Truth {
    TRUE,
    FALSE,
    /** A property that the condition needs is absent, or is text that is no number where one is needed. */
    UNKNOWN;

    static Truth of(Boolean value) {
        return value == null ? UNKNOWN : value ? TRUE : FALSE;
    }
}
