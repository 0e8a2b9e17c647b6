package io.sluice.broker.lease;

import java.time.Duration;
import java.util.Objects;

/**
 * The bounds of leasing.
 *
 * @param brokerName      name of this broker, as queues carry it
 * @param openMax         entries of one group on one queue that may be lent or given back at one time
 * @param waitersMax      requests that may wait at one time, all groups together
 * @param cursorsMax      pairs of group and queue
 * @param messagesMax     messages in one answer; a request for more gets this many
 * @param bytesMax        size of an answer in bytes from which no further message is added
 * @param termMax         longest lease, extension or delay
 * @param snapshotBytes   length of the journal after which the fold is saved anew
 */
public record LeaseRules(
        String brokerName,
        int openMax,
        int waitersMax,
        int cursorsMax,
        int messagesMax,
        int bytesMax,
        Duration termMax,
        long snapshotBytes) {
    public LeaseRules {
        Objects.requireNonNull(brokerName, "brokerName");
        if (openMax < 1 || waitersMax < 1 || cursorsMax < 1 || messagesMax < 1 || bytesMax < 1 || snapshotBytes < 1) {
            throw new IllegalArgumentException(
                    "bounds of leasing must be at least 1: open %d, waiters %d, cursors %d, messages %d, bytes %d, snapshot %d"
                            .formatted(openMax, waitersMax, cursorsMax, messagesMax, bytesMax, snapshotBytes));
        }
        if (termMax.isNegative() || termMax.isZero()) {
            throw new IllegalArgumentException("the longest lease is %s; it must be positive".formatted(termMax));
        }
    }

    /** 32768 open entries, 65536 waiters, 200000 cursors, 1024 messages or 8 MiB in an answer, 7 days, 4 MiB of journal. */
    public static LeaseRules of(String brokerName) {
        return new LeaseRules(
                brokerName, 32_768, 65_536, 200_000, 1024, 8 * 1024 * 1024, Duration.ofDays(7), 4L * 1024 * 1024);
    }
}
