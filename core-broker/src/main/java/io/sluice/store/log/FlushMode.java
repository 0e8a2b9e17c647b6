package io.sluice.store.log;

/** When an append is acknowledged ({@code flushDiskType}). */
public enum FlushMode {
    /** Once it is in the log's mapped memory: survives the process, not the machine, until the next flush. */
    ASYNC_FLUSH,
    /** Once it is on the disk; many appends share one flush. */
    SYNC_FLUSH
}
