package io.sluice.filter;

import java.util.Locale;
import java.util.Optional;

/**
 * What a number in a condition is worth. Java's literals: decimal, {@code 0x} hexadecimal, {@code 0} octal and {@code 0b}
 * binary whole numbers with an optional {@code L}; decimal and hexadecimal fractions with an optional {@code f} or
 * {@code d}; underscores between digits.
 */
final class NumberLiteral {
    private NumberLiteral() {}

    /** A whole number of 64 bits or a finite real one; empty when the text is neither. */
    static Optional<SqlNode> read(String source, boolean negative) {
        String text = source.toLowerCase(Locale.ROOT);
        if (hasStrayUnderscore(text)) {
            return Optional.empty();
        }
        String plain = text.replace("_", "");
        try {
            return isReal(plain) ? real(plain, negative) : Optional.of(whole(plain, negative));
        } catch (NumberFormatException noNumber) {
            return Optional.empty();
        }
    }

    private static boolean hasStrayUnderscore(String text) {
        for (int at = text.indexOf('_'); at >= 0; at = text.indexOf('_', at + 1)) {
            boolean between = at > 0 && at + 1 < text.length() && isDigit(text, at - 1) && isDigit(text, at + 1);
            if (!between) {
                return true;
            }
        }
        return false;
    }

    private static boolean isDigit(String text, int at) {
        return text.charAt(at) == '_' || Character.digit(text.charAt(at), text.startsWith("0x") ? 16 : 10) >= 0;
    }

    private static boolean isReal(String plain) {
        if (plain.startsWith("0x")) {
            return plain.indexOf('p') >= 0 || plain.indexOf('.') >= 0;
        }
        if (plain.startsWith("0b")) {
            return false;
        }
        char last = plain.charAt(plain.length() - 1);
        return plain.indexOf('.') >= 0 || plain.indexOf('e') >= 0 || last == 'f' || last == 'd';
    }

    private static Optional<SqlNode> real(String plain, boolean negative) {
        boolean single = plain.endsWith("f");
        double magnitude = single ? Float.parseFloat(plain) : Double.parseDouble(plain);
        return Double.isInfinite(magnitude)
                ? Optional.empty()
                : Optional.of(new SqlNode.Real(negative ? -magnitude : magnitude));
    }

    /** As in Java, only decimal numbers are bounded by the sign: the others give all 64 bits. */
    private static SqlNode whole(String plain, boolean negative) {
        String digits = plain.endsWith("l") ? plain.substring(0, plain.length() - 1) : plain;
        if (digits.startsWith("0x")) {
            return signed(Long.parseUnsignedLong(digits.substring(2), 16), negative);
        }
        if (digits.startsWith("0b")) {
            return signed(Long.parseUnsignedLong(digits.substring(2), 2), negative);
        }
        if (digits.length() > 1 && digits.startsWith("0")) {
            return signed(Long.parseUnsignedLong(digits.substring(1), 8), negative);
        }
        return new SqlNode.Whole(Long.parseLong(negative ? "-" + digits : digits));
    }

    private static SqlNode signed(long bits, boolean negative) {
        return new SqlNode.Whole(negative ? -bits : bits);
    }
}
