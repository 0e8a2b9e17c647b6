package io.sluice.mqtt.topic;

import java.util.ArrayList;
import java.util.List;

/** What names and filters have in common: levels separated by {@code /}, no control characters, bounded length. */
final class TopicText {
    static final char SEPARATOR = '/';
    /** Upper bound of a name or filter in characters; the standard allows 65535 bytes, the log's properties do not. */
    static final int LENGTH_MAX = 4096;
    /** Upper bound of levels: bounds the depth of the trie. */
    static final int LEVELS_MAX = 128;

    private TopicText() {}

    /** @throws IllegalTopicException naming what is wrong with the text */
    static void check(String kind, String text) {
        if (text.isEmpty()) {
            throw new IllegalTopicException("topic %s is empty; at least one character is required".formatted(kind));
        }
        if (text.length() > LENGTH_MAX) {
            throw new IllegalTopicException(
                    "topic %s of %d characters starting '%s' is too long; at most %d are allowed"
                            .formatted(kind, text.length(), printable(text), LENGTH_MAX));
        }
        int levels = 1;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c)) {
                throw new IllegalTopicException("topic %s '%s' has the control character U+%04X at position %d"
                        .formatted(kind, printable(text), (int) c, i));
            }
            if (c == SEPARATOR) {
                levels++;
            }
        }
        if (levels > LEVELS_MAX) {
            throw new IllegalTopicException("topic %s starting '%s' has %d levels; at most %d are allowed"
                    .formatted(kind, printable(text), levels, LEVELS_MAX));
        }
    }

    static List<String> levels(String text) {
        List<String> levels = new ArrayList<>(8);
        int start = 0;
        for (int slash = text.indexOf(SEPARATOR); slash >= 0; slash = text.indexOf(SEPARATOR, start)) {
            levels.add(text.substring(start, slash));
            start = slash + 1;
        }
        levels.add(text.substring(start));
        return levels;
    }

    /** Short and free of control characters, for messages and log lines. */
    static String printable(String text) {
        int shown = Math.min(text.length(), 64);
        StringBuilder clean = new StringBuilder(shown);
        for (int i = 0; i < shown; i++) {
            char c = text.charAt(i);
            clean.append(Character.isISOControl(c) ? '?' : c);
        }
        return clean.toString();
    }
}
