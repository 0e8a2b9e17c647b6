package io.sluice.gateway.doubt;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A table for people.
 *
 * @param lines each as long as the heading
 */
record Columns(List<String> heading, List<List<String>> lines) {
    private static final String BETWEEN = "  ";

    /** Text in which nothing moves the cursor or ends the line. */
    static String shown(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    /** Ends with a line separator. */
    String text() {
        int[] widths = IntStream.range(0, heading.size())
                .map(column -> Math.max(
                        heading.get(column).length(),
                        lines.stream()
                                .mapToInt(line -> line.get(column).length())
                                .max()
                                .orElse(0)))
                .toArray();
        StringBuilder text = new StringBuilder();
        append(text, heading, widths);
        lines.forEach(line -> append(text, line, widths));
        return text.toString();
    }

    private static void append(StringBuilder text, List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String cell = shown(cells.get(column));
            line.append(cell).append(" ".repeat(widths[column] - cell.length())).append(BETWEEN);
        }
        text.append(line.toString().stripTrailing()).append(System.lineSeparator());
    }
}
