package io.sluice.filter;

import java.util.Locale;
import java.util.Set;

/** Cuts a condition into tokens, one at a time, skipping blanks and comments. Confined to one parse. */
final class SqlScanner {
    /** Words that cannot name a property, in any case (Jakarta Messaging 3.1 §3.8.1.1). */
    private static final Set<String> RESERVED =
            Set.of("NULL", "TRUE", "FALSE", "NOT", "AND", "OR", "BETWEEN", "LIKE", "IN", "IS", "ESCAPE");

    private static final int RESERVED_CHARS_MAX = 7;

    private final String condition;
    private int at;

    SqlScanner(String condition) {
        this.condition = condition;
    }

    Token next() {
        skipBlanksAndComments();
        if (at == condition.length()) {
            return new Token(Token.Kind.END, "", at);
        }
        char c = condition.charAt(at);
        if (Character.isJavaIdentifierStart(condition.codePointAt(at))) {
            return name();
        }
        if (c == '\'') {
            return text();
        }
        if (isDigit(c, 10) || c == '.' && isDigit(peek(1), 10)) {
            return number();
        }
        return sign(c);
    }

    private void skipBlanksAndComments() {
        while (at < condition.length()) {
            char c = condition.charAt(at);
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
                at++;
            } else if (c == '-' && peek(1) == '-') {
                skipLine();
            } else if (c == '/' && peek(1) == '*') {
                skipBlockComment();
            } else {
                return;
            }
        }
    }

    private void skipLine() {
        while (at < condition.length() && condition.charAt(at) != '\n' && condition.charAt(at) != '\r') {
            at++;
        }
    }

    private void skipBlockComment() {
        int end = condition.indexOf("*/", at + 2);
        if (end < 0) {
            throw new FilterSyntaxException(condition, at, "a comment without end", "'*/' behind it");
        }
        at = end + 2;
    }

    private Token name() {
        int start = at;
        while (at < condition.length() && isNamePart(condition.codePointAt(at))) {
            at += Character.charCount(condition.codePointAt(at));
        }
        String name = condition.substring(start, at);
        String upper = name.length() > RESERVED_CHARS_MAX ? name : name.toUpperCase(Locale.ROOT);
        return RESERVED.contains(upper)
                ? new Token(Token.Kind.WORD, upper, start)
                : new Token(Token.Kind.NAME, name, start);
    }

    /** Java lets some control characters stand in names; a property name has none. */
    private static boolean isNamePart(int c) {
        return Character.isJavaIdentifierPart(c) && !Character.isIdentifierIgnorable(c);
    }

    /** A text in single quotes; two of them inside stand for one. */
    private Token text() {
        int start = at;
        StringBuilder text = new StringBuilder();
        for (at = start + 1; at < condition.length(); at++) {
            if (condition.charAt(at) != '\'') {
                text.append(condition.charAt(at));
            } else if (peek(1) == '\'') {
                text.append('\'');
                at++;
            } else {
                at++;
                return new Token(Token.Kind.TEXT, text.toString(), start);
            }
        }
        throw new FilterSyntaxException(condition, start, "a text literal without end", "a closing quote");
    }

    /** The extent of a number; {@link NumberLiteral} decides what it is worth. */
    private Token number() {
        int start = at;
        boolean hex = condition.charAt(at) == '0' && (peek(1) == 'x' || peek(1) == 'X');
        boolean binary = condition.charAt(at) == '0' && (peek(1) == 'b' || peek(1) == 'B');
        int radix = hex ? 16 : binary ? 2 : 10;
        at += hex || binary ? 2 : 0;
        skipDigits(radix);
        if (peek(0) == '.' && !binary) {
            at++;
            skipDigits(radix);
        }
        if (hex ? peek(0) == 'p' || peek(0) == 'P' : !binary && (peek(0) == 'e' || peek(0) == 'E')) {
            at++;
            at += peek(0) == '+' || peek(0) == '-' ? 1 : 0;
            skipDigits(10);
        }
        if ("lLfFdD".indexOf(peek(0)) >= 0) {
            at++;
        }
        if (at < condition.length() && isNamePart(condition.codePointAt(at))) {
            throw new FilterSyntaxException(
                    condition, at, "a letter or digit that does not belong to the number", "a blank or an operator");
        }
        return new Token(Token.Kind.NUMBER, condition.substring(start, at), start);
    }

    private void skipDigits(int radix) {
        while (isDigit(peek(0), radix) || peek(0) == '_') {
            at++;
        }
    }

    private static boolean isDigit(char c, int radix) {
        return c < 128 && Character.digit(c, radix) >= 0;
    }

    private Token sign(char c) {
        int start = at;
        int length =
                switch (c) {
                    case '<' -> peek(1) == '=' || peek(1) == '>' ? 2 : 1;
                    case '>' -> peek(1) == '=' ? 2 : 1;
                    case '=', '+', '-', '*', '/', '(', ')', ',' -> 1;
                    case '!' -> throw new FilterSyntaxException(condition, at, "'!'", "'<>' for not equal, or NOT");
                    case '"' ->
                        throw new FilterSyntaxException(
                                condition, at, "'\"'", "single quotes around a text, none around a property");
                    default ->
                        throw new FilterSyntaxException(
                                condition,
                                at,
                                "a character that no filter has ('%s')"
                                        .formatted(FilterSyntaxException.printable(String.valueOf(c))),
                                "a property, literal, operator or parenthesis");
                };
        at += length;
        return new Token(Token.Kind.SIGN, condition.substring(start, at), start);
    }

    /** The character so far ahead, or 0 behind the end. */
    private char peek(int ahead) {
        return at + ahead < condition.length() ? condition.charAt(at + ahead) : 0;
    }
}
