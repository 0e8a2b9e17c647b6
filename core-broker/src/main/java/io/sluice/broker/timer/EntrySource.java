package io.sluice.broker.timer;

/** Entries in their order. Confined to one thread. */
interface EntrySource {

    /** The next entry, or {@code null} at the end. */
    TimerEntry head();

    /** Steps over the head. */
    void advance();
}
