package io.sluice.filter;

import java.util.Arrays;

/**
 * The pattern of a LIKE: {@code _} stands for any one character (code point), {@code %} for any run of them, the character
 * after the escape character for itself. Matching takes time in proportion to the product of both lengths at most.
 */
final class LikePattern {
    private static final int ANY_ONE = -1;
    private static final int ANY_RUN = -2;

    /** Code points to match literally, or one of the two signs above; runs of {@code %} are one. */
    private final int[] steps;

    private LikePattern(int[] steps) {
        this.steps = steps;
    }

    /** @param escape a single character, or {@code null} for none; must not be the pattern's last character unescaped */
    static LikePattern of(String pattern, String escape) {
        int escapeWith = escape == null ? ANY_ONE : escape.codePointAt(0);
        int[] steps = new int[pattern.length()];
        int count = 0;
        boolean escaped = false;
        for (int at = 0; at < pattern.length(); at += Character.charCount(pattern.codePointAt(at))) {
            int c = pattern.codePointAt(at);
            if (escaped) {
                steps[count++] = c;
                escaped = false;
            } else if (c == escapeWith) {
                escaped = true;
            } else if (c != '%') {
                steps[count++] = c == '_' ? ANY_ONE : c;
            } else if (count == 0 || steps[count - 1] != ANY_RUN) {
                steps[count++] = ANY_RUN;
            }
        }
        return new LikePattern(Arrays.copyOf(steps, count));
    }

    /** Whether the last character of the pattern is an escape character with nothing to escape. */
    static boolean endsInEscape(String pattern, String escape) {
        int escapeWith = escape.codePointAt(0);
        boolean escaped = false;
        for (int at = 0; at < pattern.length(); at += Character.charCount(pattern.codePointAt(at))) {
            escaped = !escaped && pattern.codePointAt(at) == escapeWith;
        }
        return escaped;
    }

    /** Walks both once; when stuck after a {@code %}, lets the last one take one character more and goes on from there. */
    boolean matches(String text) {
        int at = 0;
        int step = 0;
        int lastRun = -1;
        int runEnd = 0;
        while (at < text.length()) {
            int c = text.codePointAt(at);
            if (step < steps.length && steps[step] == ANY_RUN) {
                lastRun = step++;
                runEnd = at;
            } else if (step < steps.length && (steps[step] == ANY_ONE || steps[step] == c)) {
                step++;
                at += Character.charCount(c);
            } else if (lastRun >= 0) {
                step = lastRun + 1;
                runEnd += Character.charCount(text.codePointAt(runEnd));
                at = runEnd;
            } else {
                return false;
            }
        }
        while (step < steps.length && steps[step] == ANY_RUN) {
            step++;
        }
        return step == steps.length;
    }
}
