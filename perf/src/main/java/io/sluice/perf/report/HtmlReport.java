package io.sluice.perf.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A page with the tables of several scenarios and two plots each: latency by percentile, messages over time. */
public final class HtmlReport {
    private static final double[] PERCENTILES = {1, 10, 25, 50, 75, 90, 95, 99, 99.6, 99.9, 99.96, 99.99, 99.996, 99.999
    };
    private static final String HEAD = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>Sluice: measured</title>
            <style>
            body { font: 15px/1.5 system-ui, sans-serif; max-width: 84em; margin: 2em auto; padding: 0 1em; color: #222 }
            table { border-collapse: collapse; margin: 1em 0; font-variant-numeric: tabular-nums }
            td, th { border-bottom: 1px solid #ccc; padding: .2em .7em; text-align: right }
            td:first-child, th:first-child { text-align: left }
            .plots { display: flex; flex-wrap: wrap; gap: 1em }
            .plots svg { flex: 1 1 28em; max-width: 100%; height: auto }
            .reached td:last-child { color: #0f7b6c; font-weight: 600 }
            .missed td:last-child { color: #c0392b; font-weight: 600 }
            ul { margin: 0; padding-left: 1.2em }
            pre { background: #f4f4f4; padding: 1em; overflow-x: auto }
            </style></head><body><h1>Sluice: measured</h1>
            """;

    private HtmlReport() {}

    /** @param about machine, versions and limits, as text */
    public static String of(String about, List<Section> sections) {
        StringBuilder page = new StringBuilder(HEAD);
        page.append("<pre>").append(escaped(about)).append("</pre>\n");
        for (Section section : sections) {
            page.append("<h2>").append(escaped(section.title())).append("</h2>\n<p>");
            page.append(escaped(
                            section.name() + ", " + Table.rounds(section.rows().get(0))))
                    .append("</p>\n");
            page.append(table(section.rows()));
            page.append(verdicts(section.verdicts()));
            page.append("<div class=\"plots\">")
                    .append(latencies(section.rows()))
                    .append(throughput(section.rows()))
                    .append("</div>\n");
        }
        return page.append("</body></html>\n").toString();
    }

    private static String table(List<Row> rows) {
        StringBuilder table = new StringBuilder(
                "<table><tr><th></th><th>rate/s</th><th>lowest</th><th>highest</th>"
                        + "<th>node µs</th><th>client µs</th><th>alloc B</th><th>alloc MB/s</th><th>RSS MB</th><th>p50 ms</th>"
                        + "<th>p99 ms</th><th>p99.6 ms</th><th>p99.996 ms</th><th>max ms</th><th>errors</th><th>of limit</th></tr>\n");
        for (Row row : rows) {
            table.append(String.format(
                    Locale.ROOT,
                    "<tr><td>%s</td><td>%,.0f</td><td>%,.0f</td><td>%,.0f</td><td>%.2f</td><td>%.2f</td><td>%,.0f</td>"
                            + "<td>%.1f</td><td>%.0f</td>%s<td>%d</td><td>%s</td></tr>%n",
                    escaped(row.contestant()),
                    row.rate(),
                    row.lowest(),
                    row.highest(),
                    row.nodeMicros(),
                    row.clientMicros(),
                    row.allocated(),
                    row.allocatedMbPerS(),
                    row.residentMb(),
                    latencyCells(row),
                    row.errors(),
                    row.ofBound() > 0 ? String.format(Locale.ROOT, "%.3f x", row.ofBound()) : ""));
        }
        table.append("</table>\n<ul>\n");
        for (Row peer : rows.subList(1, rows.size())) {
            table.append(item(Table.ratio(rows.get(0), peer)));
        }
        for (Row row : rows) {
            if (row.ofBound() > 0) {
                table.append(item(Table.bound(row)));
            }
        }
        return table.append("</ul>\n").toString();
    }

    private static String latencyCells(Row row) {
        if (row.latency().getTotalCount() == 0) {
            return "<td></td>".repeat(5);
        }
        return String.format(
                Locale.ROOT,
                "<td>%.3f</td><td>%.3f</td><td>%.3f</td><td>%.3f</td><td>%.1f</td>",
                row.percentileMs(50),
                row.percentileMs(99),
                row.percentileMs(99.6),
                row.percentileMs(99.996),
                row.percentileMs(100));
    }

    private static String item(String text) {
        return "<li>" + escaped(text) + "</li>\n";
    }

    private static String verdicts(List<Verdict> verdicts) {
        if (verdicts.isEmpty()) {
            return "";
        }
        StringBuilder table = new StringBuilder("<table><tr><th>goal</th><th>measured</th><th></th></tr>\n");
        for (Verdict verdict : verdicts) {
            table.append("<tr class=\"%1$s\"><td>%2$s</td><td>%3$s</td><td>%1$s</td></tr>\n"
                    .formatted(verdict.word(), escaped(verdict.goal()), escaped(verdict.measured())));
        }
        return table.append("</table>\n").toString();
    }

    /** The further right, the rarer: each step to the right is ten times closer to all. */
    private static String latencies(List<Row> rows) {
        List<Plot.Line> lines = new ArrayList<>();
        for (Row row : rows) {
            if (row.latency().getTotalCount() > 0) {
                List<Plot.Point> points = new ArrayList<>();
                for (double part : PERCENTILES) {
                    points.add(new Plot.Point(rarity(part), row.percentileMs(part)));
                }
                lines.add(new Plot.Line(row.contestant(), points));
            }
        }
        List<Plot.Tick> ticks = new ArrayList<>();
        for (double part : new double[] {50, 90, 99, 99.9, 99.99, 99.999}) {
            ticks.add(new Plot.Tick(rarity(part), String.valueOf(part).replaceAll("\\.0$", "") + " %"));
        }
        return lines.isEmpty() ? "" : Plot.svg("latency by percentile, ms", lines, ticks, Plot.Scale.LOGARITHMIC);
    }

    private static double rarity(double percentile) {
        return -Math.log10(1 - percentile / 100);
    }

    /** The first round of each contestant, second by second. */
    private static String throughput(List<Row> rows) {
        List<Plot.Line> lines = new ArrayList<>();
        int longest = 0;
        for (Row row : rows) {
            long[] perSecond = row.runs().get(0).measured().result().perSecond();
            List<Plot.Point> points = new ArrayList<>();
            for (int i = 0; i < perSecond.length; i++) {
                points.add(new Plot.Point(i + 1, perSecond[i]));
            }
            if (!points.isEmpty()) {
                lines.add(new Plot.Line(row.contestant(), points));
                longest = Math.max(longest, perSecond.length);
            }
        }
        List<Plot.Tick> ticks = new ArrayList<>();
        for (int second = 1; second <= longest; second += Math.max(1, longest / 10)) {
            ticks.add(new Plot.Tick(second, second + " s"));
        }
        return lines.isEmpty() ? "" : Plot.svg("messages per second over time", lines, ticks, Plot.Scale.FROM_ZERO);
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
