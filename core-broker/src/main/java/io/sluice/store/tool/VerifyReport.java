package io.sluice.store.tool;

import java.util.List;

/**
 * What a check of a store found.
 *
 * @param stopped      the store was stopped properly
 * @param logMin       first byte of the log
 * @param logEnd       behind the last whole record
 * @param records      whole records
 * @param queues       queues with files
 * @param queueEntries entries in them that lead to their record
 * @param indexFiles   index files
 * @param indexEntries entries in them
 * @param findings     what is wrong, in the order found; at most {@link #FINDINGS_MAX}
 * @param unlisted     further findings that are not listed
 */
public record VerifyReport(
        boolean stopped,
        long logMin,
        long logEnd,
        long records,
        int queues,
        long queueEntries,
        int indexFiles,
        long indexEntries,
        List<Finding> findings,
        long unlisted) {
    public static final int FINDINGS_MAX = 1000;

    /** How bad it is. */
    public enum Severity {
        /** Opening the store puts it right; nothing is lost. */
        NOTE,
        /** A message is damaged or lost. */
        LOSS
    }

    /** @param place file, queue or log offset */
    public record Finding(Severity severity, String place, String what) {}

    /** Whether every message of the log is whole. */
    public boolean sound() {
        return findings.stream().noneMatch(finding -> finding.severity() == Severity.LOSS);
    }

    /** The report as a few lines of text. */
    public String text() {
        StringBuilder text = new StringBuilder();
        text.append("%s, log %d..%d (%d bytes): %d records%n"
                .formatted(
                        stopped ? "stopped properly" : "not stopped properly",
                        logMin,
                        logEnd,
                        logEnd - logMin,
                        records));
        text.append("%d queues with %d entries, %d index files with %d entries%n"
                .formatted(queues, queueEntries, indexFiles, indexEntries));
        for (Finding finding : findings) {
            text.append("%s %s: %s%n".formatted(finding.severity(), finding.place(), finding.what()));
        }
        if (unlisted > 0) {
            text.append("%d further findings are not listed%n".formatted(unlisted));
        }
        text.append(
                findings.isEmpty()
                        ? "nothing is wrong"
                        : sound()
                                ? "every message is whole; opening the store puts the rest right"
                                : "messages are damaged");
        return text.append(System.lineSeparator()).toString();
    }
}
