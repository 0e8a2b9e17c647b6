package io.sluice.wire.json;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Members in the order they came; a repeated name: the last wins. A bare key is kept as its text: {@code 0} as
 * {@code "0"}, a bare object as its JSON, the same as its quoted form.
 *
 * <p>Getters with a default answer it when the member is absent or {@code null}; a member of another kind fails with
 * {@link JsonException}. Built by one thread; not changed after it was handed over.
 */
public final class JsonObject implements JsonValue {
    private final Map<String, JsonValue> members = new LinkedHashMap<>(8);

    public JsonObject put(String name, JsonValue value) {
        members.put(name, value);
        return this;
    }

    public int size() {
        return members.size();
    }

    public Set<String> names() {
        return members.keySet();
    }

    public void forEach(BiConsumer<String, JsonValue> step) {
        members.forEach(step);
    }

    /** The member, unless absent or {@code null}. */
    public Optional<JsonValue> find(String name) {
        JsonValue value = members.get(name);
        return value == null || value instanceof Null ? Optional.empty() : Optional.of(value);
    }

    /** A text, or a number or literal as it was written; empty when absent. */
    public String text(String name) {
        return text(name, "");
    }

    public String text(String name, String absent) {
        JsonValue value = members.get(name);
        return value == null || value instanceof Null ? absent : textOf(value, name);
    }

    public int integer(String name, int absent) {
        long value = number(name, absent);
        if (value != (int) value) {
            throw new JsonException("member %s is outside the range of a 32-bit number".formatted(name));
        }
        return (int) value;
    }

    public long number(String name, long absent) {
        JsonValue value = members.get(name);
        return value == null || value instanceof Null ? absent : longOf(value, name);
    }

    public double decimal(String name, double absent) {
        JsonValue value = members.get(name);
        return value == null || value instanceof Null ? absent : doubleOf(value, name);
    }

    public boolean bool(String name, boolean absent) {
        JsonValue value = members.get(name);
        return value == null || value instanceof Null ? absent : boolOf(value, name);
    }

    /** The object under the name; an empty one when absent. */
    public JsonObject object(String name) {
        return find(name).map(value -> expect(value, name)).orElseGet(JsonObject::new);
    }

    /** The array under the name; an empty one when absent. */
    public JsonArray array(String name) {
        return find(name).map(value -> expectArray(value, name)).orElseGet(JsonArray::new);
    }

    /** @throws JsonException naming {@code what} when the value is not an object */
    public static JsonObject expect(JsonValue value, String what) {
        if (value instanceof JsonObject object) {
            return object;
        }
        throw new JsonException("%s is a %s, expected an object".formatted(what, JsonValue.kindOf(value)));
    }

    static JsonArray expectArray(JsonValue value, String what) {
        if (value instanceof JsonArray array) {
            return array;
        }
        throw new JsonException("%s is a %s, expected an array".formatted(what, JsonValue.kindOf(value)));
    }

    static String textOf(JsonValue value, String what) {
        if (value instanceof Text text) {
            return text.value();
        }
        if (value instanceof Number number) {
            return number.literal();
        }
        if (value instanceof Bool bool) {
            return Boolean.toString(bool.value());
        }
        throw new JsonException("%s is a %s, expected a text".formatted(what, JsonValue.kindOf(value)));
    }

    static long longOf(JsonValue value, String what) {
        String literal = textOf(value, what);
        try {
            return Long.parseLong(literal);
        } catch (NumberFormatException notWhole) {
            return wholePartOf(literal, what, notWhole);
        }
    }

    /** Some writers give whole numbers a fraction ({@code 3.0}). */
    private static long wholePartOf(String literal, String what, NumberFormatException notWhole) {
        try {
            double decimal = Double.parseDouble(literal);
            if (decimal == Math.rint(decimal) && Math.abs(decimal) < 1L << 53) {
                return (long) decimal;
            }
        } catch (NumberFormatException notANumber) {
            notWhole.addSuppressed(notANumber);
        }
        throw new JsonException("%s is not a whole 64-bit number".formatted(what), notWhole);
    }

    static double doubleOf(JsonValue value, String what) {
        try {
            return Double.parseDouble(textOf(value, what));
        } catch (NumberFormatException notANumber) {
            throw new JsonException("%s is not a number".formatted(what), notANumber);
        }
    }

    static boolean boolOf(JsonValue value, String what) {
        String literal = textOf(value, what);
        if (literal.equalsIgnoreCase("true") || literal.equals("1")) {
            return true;
        }
        if (literal.equalsIgnoreCase("false") || literal.equals("0")) {
            return false;
        }
        throw new JsonException("%s is neither true nor false".formatted(what));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JsonObject object && members.equals(object.members);
    }

    @Override
    public int hashCode() {
        return members.hashCode();
    }

    @Override
    public String toString() {
        return "JsonObject" + members.keySet();
    }
}
