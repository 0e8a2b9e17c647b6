package io.sluice.store;

/** Whether an entry of a queue stood in the log before a record that speaks of it, see {@link MessageStore#precedence}. */
public enum Precedence {
    /** The queue has had the entry, and no message behind the record has its number now. */
    BEFORE,
    /** The queue never had the entry, or a message behind the record has its number. */
    NOT_BEFORE,
    /** The entry is being made again, so that it cannot be told now; to be asked once more a little later. */
    REBUILDING
}
