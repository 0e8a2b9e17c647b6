package io.sluice.wire.json;

/** How a member name that is not a text (a number, a queue) is written. */
public enum KeyStyle {
    /** Strict JSON: the number in quotes, or the JSON of the object as a quoted text. */
    QUOTED,
    /** As older peers write it: the number or the object stands bare before the colon. */
    BARE
}
