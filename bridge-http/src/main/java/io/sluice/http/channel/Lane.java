package io.sluice.http.channel;

/** Kinds of calls, each with its own bound, so that those that wait cannot crowd out those that work. */
public enum Lane {
    /** Health and metrics: always let in, also while closing. */
    PROBE,
    /** Answered as soon as the broker has answered. */
    REQUEST,
    /** May wait for messages, up to the longest wait allowed. */
    POLL,
    /** Lasts until one side ends it. */
    STREAM
}
