package io.sluice.store.dispatch;

import io.sluice.store.log.DelayLevels;
import io.sluice.store.log.FlushMode;

/**
 * What the appender and the flusher go by.
 *
 * @param maxMessageBytes    largest body
 * @param flushIntervalMs    pause between two flushes when nobody waits
 * @param flushLeastPages    pages of 4 KiB that make such a flush worthwhile
 * @param flushThoroughMs    after this time even less is flushed
 * @param syncFlushTimeoutMs how long a sender waits for the disk before it is answered with doubt
 */
public record AppendRules(
        FlushMode flushMode,
        int maxMessageBytes,
        DelayLevels delayLevels,
        int flushIntervalMs,
        int flushLeastPages,
        int flushThoroughMs,
        int syncFlushTimeoutMs) {}
