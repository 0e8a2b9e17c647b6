package io.sluice.http.channel;

import java.util.List;
import java.util.Set;

/**
 * One row of the {@link PathTable}.
 *
 * @param method       upper case; {@code GET} rows of the lanes PROBE and REQUEST answer {@code HEAD} as well
 * @param template     path with {@code {name}} for a segment that varies
 * @param parameters   query parameters that may occur; any other is refused
 * @param prefixes     beginnings of further parameters that may occur
 * @param bodyMaxBytes 0: the call takes no body
 */
public record Route(
        String method,
        String template,
        Lane lane,
        Set<String> parameters,
        Set<String> prefixes,
        int bodyMaxBytes,
        Endpoint endpoint) {
    public Route {
        parameters = Set.copyOf(parameters);
        prefixes = Set.copyOf(prefixes);
        if (!template.startsWith("/") || bodyMaxBytes < 0) {
            throw new IllegalArgumentException(
                    "route %s %s with a body of %d bytes".formatted(method, template, bodyMaxBytes));
        }
    }

    /** A row without parameters and body. */
    public static Route of(String method, String template, Lane lane, Endpoint endpoint) {
        return new Route(method, template, lane, Set.of(), Set.of(), 0, endpoint);
    }

    public Route withParameters(String... names) {
        return new Route(method, template, lane, Set.of(names), prefixes, bodyMaxBytes, endpoint);
    }

    public Route withPrefix(String prefix) {
        return new Route(method, template, lane, parameters, Set.of(prefix), bodyMaxBytes, endpoint);
    }

    public Route withBodyUpTo(int bytes) {
        return new Route(method, template, lane, parameters, prefixes, bytes, endpoint);
    }

    /** How the row is named in metrics, logs and errors. */
    public String name() {
        return method + " " + template;
    }

    boolean answers(String asked) {
        return method.equals(asked) || asked.equals("HEAD") && method.equals("GET") && lane != Lane.STREAM;
    }

    List<String> segments() {
        return List.of(template.substring(1).split("/", -1));
    }
}
