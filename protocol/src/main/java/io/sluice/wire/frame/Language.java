package io.sluice.wire.frame;

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
