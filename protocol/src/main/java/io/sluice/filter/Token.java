package io.sluice.filter;

/**
 * One word or sign of a condition.
 *
 * @param text  as it stands there; of a text literal what it says, without quotes
 * @param index of its first character, from 0
 */
record Token(Kind kind, String text, int index) {
    /** What a token is. */
    enum Kind {
        /** A property, or one of the words that mean something only behind a property. */
        NAME,
        /** A reserved word; the text is in upper case. */
        WORD,
        TEXT,
        NUMBER,
        /** One of {@code = <> < <= > >= + - * / ( ) ,}. */
        SIGN,
        END
    }

    boolean is(String wordOrSign) {
        return (kind == Kind.WORD || kind == Kind.SIGN) && text.equals(wordOrSign);
    }

    /** A word that is reserved only behind a property, in any case. */
    boolean isSoft(String word) {
        return kind == Kind.NAME && text.equalsIgnoreCase(word);
    }

    /** For error messages. */
    String described() {
        return switch (kind) {
            case END -> "the end";
            case TEXT -> "a text literal";
            case NAME, WORD, NUMBER, SIGN -> "'" + FilterSyntaxException.printable(shortened()) + "'";
        };
    }

    private String shortened() {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
