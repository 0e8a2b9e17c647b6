package io.sluice.broker.timer;

import java.util.Comparator;

/**
 * A message that waits, or a note that it does not wait any more. Entries are ordered by time, those of one time by their
 * place in the log; time and place name the message.
 *
 * @param wakeAtMs  when to look at the message: its delivery, or its next rewrite if that comes before
 * @param logOffset where the message lies
 * @param size      bytes of its record; 0 for a note that the message is gone
 * @param topicHash hash of the topic that it is for
 */
record TimerEntry(long wakeAtMs, long logOffset, int size, int topicHash) {
    static final Comparator<TimerEntry> ORDER =
            Comparator.comparingLong(TimerEntry::wakeAtMs).thenComparingLong(TimerEntry::logOffset);

    static TimerEntry gone(long wakeAtMs, long logOffset) {
        return new TimerEntry(wakeAtMs, logOffset, 0, 0);
    }

    boolean isGone() {
        return size == 0;
    }

    boolean isSame(TimerEntry other) {
        return wakeAtMs == other.wakeAtMs && logOffset == other.logOffset;
    }

    boolean isBefore(TimerEntry other) {
        return wakeAtMs < other.wakeAtMs || wakeAtMs == other.wakeAtMs && logOffset < other.logOffset;
    }
}
