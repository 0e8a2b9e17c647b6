package io.sluice.perf.report;

import java.util.List;

/**
 * One scenario in a report.
 *
 * @param rows     one per contestant; the others are compared with the first
 * @param verdicts one per goal
 */
public record Section(String name, String title, List<Row> rows, List<Verdict> verdicts) {
    public Section {
        rows = List.copyOf(rows);
        verdicts = List.copyOf(verdicts);
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("section %s has no rows".formatted(name));
        }
    }
}
