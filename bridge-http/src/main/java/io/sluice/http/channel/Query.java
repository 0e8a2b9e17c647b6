package io.sluice.http.channel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The query parameters of one call, read with their bounds; whatever does not fit is a {@link ProblemException} that names
 * the parameter. A parameter without a value counts as not given. Values are percent-encoded UTF-8, {@code +} is a blank.
 */
public final class Query {
    private static final Pattern INTEGER = Pattern.compile("-?[0-9]{1,18}");
    private static final int SHOWN_MAX = 64;

    private final Map<String, List<String>> values;

    private Query(Map<String, List<String>> values) {
        this.values = values;
    }

    /**
     * Takes the query apart and refuses what the route does not know.
     *
     * @param raw      between {@code ?} and the end, one character per byte
     * @param known    names that may occur
     * @param prefixes beginnings of names that may occur with anything behind, {@code prop.}
     */
    static Query parse(String raw, Set<String> known, Set<String> prefixes) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (String pair : raw.split("&")) {
            if (pair.isEmpty()) {
                continue;
            }
            int middle = pair.indexOf('=');
            String name = decode(middle < 0 ? pair : pair.substring(0, middle), pair);
            String value = middle < 0 ? "" : decode(pair.substring(middle + 1), pair);
            requireKnown(name, known, prefixes);
            if (!value.isEmpty()) {
                values.computeIfAbsent(name, first -> new ArrayList<>()).add(value);
            }
        }
        return new Query(values);
    }

    private static String decode(String raw, String pair) {
        return UrlText.decode(raw, true).orElseThrow(() -> Problem.of(
                        ProblemType.BAD_PARAMETER,
                        "query parameter '%s' is not percent-encoded UTF-8".formatted(shown(pair)))
                .with("parameter", shown(pair))
                .asException());
    }

    private static void requireKnown(String name, Set<String> known, Set<String> prefixes) {
        for (String prefix : prefixes) {
            if (name.startsWith(prefix) && name.length() > prefix.length()) {
                return;
            }
        }
        if (known.contains(name)) {
            return;
        }
        Set<String> candidates = new TreeSet<>(known);
        candidates.addAll(prefixes);
        if (candidates.isEmpty()) {
            throw Problem.of(
                            ProblemType.UNKNOWN_PARAMETER,
                            "parameter '%s' is not known; this call takes none".formatted(shown(name)))
                    .with("parameter", shown(name))
                    .asException();
        }
        UnaryOperator<String> inFull = candidate -> prefixes.contains(candidate) ? candidate + "NAME" : candidate;
        String all = candidates.stream().map(inFull).collect(Collectors.joining(", "));
        String nearest = Nearest.to(name, candidates).map(inFull).orElse("");
        String detail = nearest.isEmpty()
                ? "parameter '%s' is not known; known are %s".formatted(shown(name), all)
                : "parameter '%s' is not known; the nearest known is '%s'; known are %s"
                        .formatted(shown(name), nearest, all);
        Problem problem = Problem.of(ProblemType.UNKNOWN_PARAMETER, detail).with("parameter", shown(name));
        throw (nearest.isEmpty() ? problem : problem.with("nearest", nearest)).asException();
    }

    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** All values of a parameter that may be repeated, in the order given. */
    public List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    /** The value of a parameter that may be given once. */
    public Optional<String> text(String name) {
        List<String> given = all(name);
        if (given.size() > 1) {
            throw bad(name, "is given %d times; it may be given once".formatted(given.size()));
        }
        return given.stream().findFirst();
    }

    /** Every parameter that begins with the prefix, under the rest of its name, in the order given. */
    public Map<String, String> withPrefix(String prefix) {
        Map<String, String> found = new LinkedHashMap<>();
        for (String name : values.keySet()) {
            if (name.startsWith(prefix)) {
                text(name).ifPresent(value -> found.put(name.substring(prefix.length()), value));
            }
        }
        return found;
    }

    public int integer(String name, int otherwise, int min, int max) {
        return integer(name, min, max).orElse(otherwise);
    }

    public OptionalInt integer(String name, int min, int max) {
        OptionalLong given = number(name, min, max);
        return given.isPresent() ? OptionalInt.of((int) given.getAsLong()) : OptionalInt.empty();
    }

    public OptionalLong number(String name, long min, long max) {
        Optional<String> given = text(name);
        if (given.isEmpty()) {
            return OptionalLong.empty();
        }
        String value = given.get();
        if (!INTEGER.matcher(value).matches() || Long.parseLong(value) < min || Long.parseLong(value) > max) {
            String range = max == Long.MAX_VALUE ? "of at least " + min : min + ".." + max;
            throw bad(name, "is '%s'; expected a whole number %s".formatted(shown(value), range));
        }
        return OptionalLong.of(Long.parseLong(value));
    }

    public Duration duration(String name, Duration otherwise, Duration min, Duration max) {
        return duration(name, min, max).orElse(otherwise);
    }

    public Optional<Duration> duration(String name, Duration min, Duration max) {
        Optional<String> given = text(name);
        if (given.isEmpty()) {
            return Optional.empty();
        }
        Optional<Duration> read = Times.duration(given.get());
        if (read.isEmpty()) {
            throw bad(
                    name,
                    "is '%s'; expected a whole number with a unit, such as 500ms, 20s, 5m, 2h or 3d"
                            .formatted(shown(given.get())));
        }
        if (read.get().compareTo(min) < 0 || read.get().compareTo(max) > 0) {
            throw bad(name, "is %s; it must be %s..%s".formatted(shown(given.get()), Times.text(min), Times.text(max)));
        }
        return read;
    }

    /** Epoch milliseconds. */
    public OptionalLong instant(String name) {
        Optional<String> given = text(name);
        if (given.isEmpty()) {
            return OptionalLong.empty();
        }
        OptionalLong read = Times.instant(given.get());
        if (read.isEmpty()) {
            throw bad(
                    name,
                    "is '%s'; expected ISO-8601 with an offset, such as 2026-11-21T09:22:00Z, or epoch milliseconds"
                            .formatted(shown(given.get())));
        }
        return read;
    }

    /** One of the words, or the one assumed when none is given. */
    public String word(String name, String otherwise, Set<String> words) {
        String given = text(name).orElse(otherwise);
        if (!words.contains(given)) {
            throw bad(
                    name,
                    "is '%s'; expected one of %s".formatted(shown(given), String.join(", ", new TreeSet<>(words))));
        }
        return given;
    }

    /** Refuses two parameters that contradict each other. */
    public void refuseBoth(String one, String other) {
        if (has(one) && has(other)) {
            throw bad(other, "contradicts '%s'; give one of the two".formatted(one));
        }
    }

    /** A problem with this parameter, to be thrown. */
    public static ProblemException bad(String name, String whatIsWrong) {
        return Problem.of(ProblemType.BAD_PARAMETER, "parameter '%s' %s".formatted(shown(name), whatIsWrong))
                .with("parameter", shown(name))
                .asException();
    }

    /** Cut to a sensible length and without control characters, fit for an error text. */
    public static String shown(String given) {
        String cut = given.length() > SHOWN_MAX ? given.substring(0, SHOWN_MAX) + "…" : given;
        StringBuilder shown = new StringBuilder(cut.length());
        cut.codePoints().forEach(c -> shown.appendCodePoint(Character.isISOControl(c) ? '?' : c));
        return shown.toString();
    }
}
