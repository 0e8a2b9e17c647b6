package io.sluice.perf.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A section as text: the rows, the ratios of the first one to the others, bounds and goals beneath. */
public final class Table {
    private Table() {}

    public static String of(Section section) {
        List<Row> rows = section.rows();
        Row first = rows.get(0);
        StringBuilder text = new StringBuilder();
        text.append(String.format("%n%s: %s, %s%n", section.name(), section.title(), rounds(first)));
        text.append(String.format(
                "  %-40s %12s %23s %9s %9s %9s %8s %7s %8s %8s %8s %9s %8s %7s%n",
                "",
                "rate/s",
                "lowest..highest",
                "node us",
                "client us",
                "alloc B",
                "MB/s",
                "RSS MB",
                "p50 ms",
                "p99 ms",
                "p99.6",
                "p99.996",
                "max",
                "errors"));
        for (Row row : rows) {
            text.append(line(row));
        }
        for (Row peer : rows.subList(1, rows.size())) {
            text.append("  ").append(ratio(first, peer)).append('\n');
        }
        for (Row row : rows) {
            if (row.ofBound() > 0) {
                text.append("  ").append(bound(row)).append('\n');
            }
        }
        for (Verdict verdict : section.verdicts()) {
            text.append(String.format(
                    "  %-8s goal: %s; measured: %s%n", verdict.word(), verdict.goal(), verdict.measured()));
        }
        return text.toString();
    }

    static String rounds(Row row) {
        return row.runs().size() == 1 ? "single run" : "median of " + row.runs().size();
    }

    private static String line(Row row) {
        return String.format(
                Locale.ROOT,
                "  %-40s %,12.0f %,11.0f..%,-10.0f %9.2f %9.2f %9.0f %8.1f %7.0f %8.3f %8.3f %8.3f %9.3f %8.1f %7d%n",
                row.contestant(),
                row.rate(),
                row.lowest(),
                row.highest(),
                row.nodeMicros(),
                row.clientMicros(),
                row.allocated(),
                row.allocatedMbPerS(),
                row.residentMb(),
                row.percentileMs(50),
                row.percentileMs(99),
                row.percentileMs(99.6),
                row.percentileMs(99.996),
                row.percentileMs(100),
                row.errors());
    }

    static String bound(Row row) {
        if (row.bound().lateMs() > 0) {
            return String.format(
                    Locale.ROOT,
                    "%s: p99.6 %.2f x %s (%.3f ms)",
                    row.contestant(),
                    row.ofBound(),
                    row.bound().name(),
                    row.bound().lateMs());
        }
        return String.format(
                Locale.ROOT,
                "%s: %.3f x %s (%,.0f/s)",
                row.contestant(),
                row.ofBound(),
                row.bound().name(),
                row.bound().perSecond());
    }

    /** Rate and node time of the first contestant as multiples of the peer's. */
    static String ratio(Row first, Row peer) {
        List<String> parts = new ArrayList<>();
        parts.add(String.format(Locale.ROOT, "rate %.2f x", first.rate() / peer.rate()));
        if (peer.nodeMicros() > 0) {
            parts.add(String.format(Locale.ROOT, "node CPU %.2f x", first.nodeMicros() / peer.nodeMicros()));
        }
        return "%s to %s: %s".formatted(first.contestant(), peer.contestant(), String.join(", ", parts));
    }
}
