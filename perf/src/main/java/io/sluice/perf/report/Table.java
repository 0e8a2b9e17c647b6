package io.sluice.perf.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Rows of one scenario as text, the ratios to the first contestant beneath. */
public final class Table {
    private Table() {}

    public static String of(List<Row> rows) {
        Row first = rows.get(0);
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                "%n%s%s%n", first.title(), first.goal().isEmpty() ? "" : "   (goal: " + first.goal() + ")"));
        text.append(String.format(
                "  %-34s %12s %23s %9s %9s %9s %7s %8s %8s %8s %9s %8s %7s%n",
                "",
                "rate/s",
                "lowest..highest",
                "node us",
                "client us",
                "alloc B",
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
            if (row.limit() > 0) {
                text.append(String.format(
                        Locale.ROOT,
                        "  %s: %.2f x the limit of %,.0f/s%n",
                        row.contestant(),
                        row.rate() / row.limit(),
                        row.limit()));
            }
        }
        return text.toString();
    }

    private static String line(Row row) {
        return String.format(
                Locale.ROOT,
                "  %-34s %,12.0f %,11.0f..%,-10.0f %9.2f %9.2f %9.0f %7.0f %8.3f %8.3f %8.3f %9.3f %8.1f %7d%n",
                row.contestant(),
                row.rate(),
                row.lowest(),
                row.highest(),
                row.nodeMicros(),
                row.clientMicros(),
                row.allocated(),
                row.residentMb(),
                row.percentileMs(50),
                row.percentileMs(99),
                row.percentileMs(99.6),
                row.percentileMs(99.996),
                row.percentileMs(100),
                row.errors());
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
