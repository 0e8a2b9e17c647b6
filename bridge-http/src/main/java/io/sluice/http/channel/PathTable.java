package io.sluice.http.channel;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Which endpoint answers which method on which path. Immutable once built; a few dozen rows, searched in order. */
public final class PathTable {
    private final List<Row> rows = new ArrayList<>();

    private record Row(Route route, List<String> segments) {}

    public PathTable(Collection<Route> routes) {
        routes.forEach(route -> rows.add(new Row(route, route.segments())));
    }

    /** What the table says to one request line. */
    sealed interface Match {
        record Found(Route route, Map<String, String> pathValues) implements Match {}

        /** The path exists, with other methods. */
        record OtherMethods(Set<String> allowed) implements Match {}

        record NoSuchPath() implements Match {}
    }

    /** @param path as on the wire, percent-encoded */
    Match find(String method, String path) {
        String[] segments = path.startsWith("/") ? path.substring(1).split("/", -1) : new String[0];
        Set<String> allowed = new TreeSet<>();
        for (Row row : rows) {
            Optional<Map<String, String>> values = match(row.segments(), segments);
            if (values.isPresent()) {
                if (row.route().answers(method)) {
                    return new Match.Found(row.route(), values.get());
                }
                allowed.add(row.route().method());
                if (row.route().answers("HEAD")) {
                    allowed.add("HEAD");
                }
            }
        }
        return allowed.isEmpty() ? new Match.NoSuchPath() : new Match.OtherMethods(allowed);
    }

    private static Optional<Map<String, String>> match(List<String> template, String[] segments) {
        if (template.size() != segments.length) {
            return Optional.empty();
        }
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < segments.length; i++) {
            String expected = template.get(i);
            if (!expected.startsWith("{")) {
                if (!expected.equals(segments[i])) {
                    return Optional.empty();
                }
                continue;
            }
            Optional<String> value = UrlText.decode(segments[i], false);
            if (value.isEmpty() || value.get().isEmpty()) {
                return Optional.empty();
            }
            values.put(expected.substring(1, expected.length() - 1), value.get());
        }
        return Optional.of(values);
    }

    List<String> names() {
        return rows.stream().map(row -> row.route().name()).toList();
    }
}
