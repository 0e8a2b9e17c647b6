package io.sluice.http.observe;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Writes the Prometheus text format, version 0.0.4: per family a {@code HELP} and a {@code TYPE} line, per sample one line.
 * Confined to one thread.
 */
final class MetricsText {
    static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final StringBuilder text = new StringBuilder(8192);

    /** @param name without {@code _total}, which counters get here */
    void family(String name, String type, String help) {
        String full = type.equals("counter") ? name + "_total" : name;
        text.append("# HELP ").append(full).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(full).append(' ').append(type).append('\n');
    }

    void sample(String name, Map<String, String> labels, long value) {
        line(name, labels, Long.toString(value));
    }

    void sample(String name, Map<String, String> labels, double value) {
        line(name, labels, Double.toString(value));
    }

    private void line(String name, Map<String, String> labels, String value) {
        text.append(name);
        if (!labels.isEmpty()) {
            text.append(new TreeMap<>(labels)
                    .entrySet().stream()
                            .map(label -> label.getKey() + "=\"" + escaped(label.getValue()) + '"')
                            .collect(Collectors.joining(",", "{", "}")));
        }
        text.append(' ').append(value).append('\n');
    }

    private static String escaped(String label) {
        return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
