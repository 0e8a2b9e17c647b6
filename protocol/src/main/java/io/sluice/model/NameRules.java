package io.sluice.model;

/** The character set that topics and groups share: letters, digits, {@code % | - _}. */
final class NameRules {
    private NameRules() {}

    static String check(String kind, String name, int lengthMax) {
        if (name == null || name.isEmpty()) {
            throw new IllegalNameException("%s name is empty; expected 1..%d characters of letters, digits, %% | - _"
                    .formatted(kind, lengthMax));
        }
        if (name.length() > lengthMax) {
            throw new IllegalNameException("%s name of %d characters starting '%s' is too long; at most %d are allowed"
                    .formatted(kind, name.length(), printable(name.substring(0, 32)), lengthMax));
        }
        for (int i = 0; i < name.length(); i++) {
            if (!isLegal(name.charAt(i))) {
                throw new IllegalNameException(
                        "%s name '%s' has an illegal character at position %d; allowed are letters, digits, %% | - _"
                                .formatted(kind, printable(name), i));
            }
        }
        return name;
    }

    static boolean isLegal(char c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c == '%'
                || c == '|'
                || c == '-'
                || c == '_';
    }

    /** Control characters never reach a log line or an error text. */
    private static String printable(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            shown.append(Character.isISOControl(c) ? '?' : c);
        }
        return shown.toString();
    }
}
