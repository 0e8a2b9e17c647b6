package io.sluice.wire.frame;

import java.nio.charset.StandardCharsets;

/** The language of the sender of a frame; the ordinal is its code in the binary header. */
public enum Language {
    JAVA,
    CPP,
    DOTNET,
    PYTHON,
    DELPHI,
    ERLANG,
    RUBY,
    OTHER,
    HTTP,
    GO,
    PHP,
    OMS,
    RUST,
    NODE_JS;

    private static final Language[] BY_CODE = values();

    private final byte[] ascii = name().getBytes(StandardCharsets.US_ASCII);

    /** The name as a JSON header carries it; not to be written to. */
    byte[] ascii() {
        return ascii;
    }

    public int code() {
        return ordinal();
    }

    /** An unknown code is {@link #OTHER}. */
    public static Language of(int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : OTHER;
    }

    /** An unknown name is {@link #OTHER}. */
    public static Language named(String name) {
        for (Language language : BY_CODE) {
            if (language.name().equals(name)) {
                return language;
            }
        }
        return OTHER;
    }
}
