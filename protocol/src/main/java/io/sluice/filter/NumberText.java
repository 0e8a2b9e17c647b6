package io.sluice.filter;

/** Text that is a decimal number, told without throwing and without garbage. */
final class NumberText {
    /** What the text is. */
    enum Shape {
        /** Digits with an optional sign, within the range of a {@code long}. */
        WHOLE,
        /** Any other decimal number, with fraction or exponent or beyond that range. */
        REAL,
        NOT_A_NUMBER
    }

    private static final String LONG_MAX = "9223372036854775807";
    private static final String LONG_MIN_MAGNITUDE = "9223372036854775808";

    private NumberText() {}

    static Shape shapeOf(String text) {
        int length = text.length();
        int start = length > 0 && (text.charAt(0) == '-' || text.charAt(0) == '+') ? 1 : 0;
        int at = afterDigits(text, start);
        int digits = at - start;
        if (at == length) {
            return digits == 0 ? Shape.NOT_A_NUMBER : isLong(text, start) ? Shape.WHOLE : Shape.REAL;
        }
        if (text.charAt(at) == '.') {
            int afterFraction = afterDigits(text, at + 1);
            digits += afterFraction - at - 1;
            at = afterFraction;
        }
        if (digits == 0) {
            return Shape.NOT_A_NUMBER;
        }
        return at == length || isExponent(text, at) ? Shape.REAL : Shape.NOT_A_NUMBER;
    }

    private static boolean isExponent(String text, int at) {
        if (text.charAt(at) != 'e' && text.charAt(at) != 'E') {
            return false;
        }
        int start = at + 1;
        if (start < text.length() && (text.charAt(start) == '-' || text.charAt(start) == '+')) {
            start++;
        }
        return start < text.length() && afterDigits(text, start) == text.length();
    }

    private static int afterDigits(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at;
    }

    private static boolean isLong(String text, int start) {
        int significant = start;
        while (significant < text.length() - 1 && text.charAt(significant) == '0') {
            significant++;
        }
        int digits = text.length() - significant;
        if (digits != LONG_MAX.length()) {
            return digits < LONG_MAX.length();
        }
        String limit = text.charAt(0) == '-' ? LONG_MIN_MAGNITUDE : LONG_MAX;
        for (int i = 0; i < digits; i++) {
            int difference = text.charAt(significant + i) - limit.charAt(i);
            if (difference != 0) {
                return difference < 0;
            }
        }
        return true;
    }
}
