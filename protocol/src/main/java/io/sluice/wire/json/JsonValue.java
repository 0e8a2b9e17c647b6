package io.sluice.wire.json;

/** One JSON value. A tree of values is confined to the thread that read or built it until it is handed over. */
public sealed interface JsonValue
        permits JsonObject, JsonArray, JsonValue.Text, JsonValue.Number, JsonValue.Bool, JsonValue.Null {

    /** A text, unescaped. */
    record Text(String value) implements JsonValue {}

    /** A number as it was written, so that nothing is lost before somebody says which kind is wanted. */
    record Number(String literal) implements JsonValue {}

    /** {@code true} or {@code false}. */
    record Bool(boolean value) implements JsonValue {
        static final Bool TRUE = new Bool(true);
        static final Bool FALSE = new Bool(false);
    }

    /** {@code null}. */
    record Null() implements JsonValue {
        static final Null NULL = new Null();
    }

    /** How error messages call the kind of a value. */
    static String kindOf(JsonValue value) {
        return value.getClass().getSimpleName().replace("Json", "").toLowerCase(java.util.Locale.ROOT);
    }
}
