package io.sluice.filter;

import io.sluice.model.SluiceException;

/** The text of a filter cannot be read; the message names the place, what stands there and what was expected. */
public final class FilterSyntaxException extends SluiceException {
    private static final long serialVersionUID = 1L;
    private static final int EXCERPT_CHARS = 60;

    private final int position;
    private final String found;
    private final String expected;

    FilterSyntaxException(String condition, int index, String found, String expected) {
        super("filter, character %d: found %s, expected %s; in: %s"
                .formatted(index + 1, found, expected, excerpt(condition, index)));
        this.position = index + 1;
        this.found = found;
        this.expected = expected;
    }

    /** Where the text went wrong, counted in characters from 1; one past the end when something is missing there. */
    public int position() {
        return position;
    }

    public String found() {
        return found;
    }

    public String expected() {
        return expected;
    }

    /** The surroundings of the place, bounded, and without control characters, which have no business in a log line. */
    private static String excerpt(String condition, int index) {
        int from = Math.max(0, Math.min(index, condition.length()) - EXCERPT_CHARS / 2);
        int to = Math.min(condition.length(), from + EXCERPT_CHARS);
        return (from > 0 ? "…" : "") + printable(condition.substring(from, to)) + (to < condition.length() ? "…" : "");
    }

    static String printable(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            shown.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
        }
        return shown.toString();
    }
}
