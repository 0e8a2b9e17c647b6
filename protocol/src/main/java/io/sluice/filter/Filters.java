package io.sluice.filter;

import io.sluice.model.FilterExpression;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Compiles filters and remembers the latest, so that a filter that comes with every request is parsed once. Bounded in
 * number and in characters; the least recently used go first. Safe for many threads; one lock, never held while parsing.
 */
public final class Filters {
    /** Compiled filters remembered. */
    public static final int ENTRIES_MAX = 1024;

    /** Characters of their texts together: a compiled filter takes memory in proportion to its text. */
    public static final int CHARS_MAX = 262_144;

    private final Map<FilterExpression, CompiledFilter> latest = new LinkedHashMap<>(64, 0.75f, true);
    private int charsHeld;

    /** @throws FilterSyntaxException when an SQL condition cannot be read; failures are not remembered */
    public CompiledFilter compile(FilterExpression expression) {
        if (expression instanceof FilterExpression.All) {
            return CompiledFilter.ALL;
        }
        synchronized (latest) {
            CompiledFilter known = latest.get(expression);
            if (known != null) {
                return known;
            }
        }
        CompiledFilter compiled = CompiledFilter.of(expression);
        synchronized (latest) {
            if (latest.put(expression, compiled) == null) {
                charsHeld += charsOf(expression);
            }
            forgetEldest();
        }
        return compiled;
    }

    private void forgetEldest() {
        Iterator<FilterExpression> eldest = latest.keySet().iterator();
        while (latest.size() > ENTRIES_MAX || charsHeld > CHARS_MAX) {
            charsHeld -= charsOf(eldest.next());
            eldest.remove();
        }
    }

    private static int charsOf(FilterExpression expression) {
        return expression.toString().length();
    }

    /** Filters remembered at the moment. */
    int size() {
        synchronized (latest) {
            return latest.size();
        }
    }
}
