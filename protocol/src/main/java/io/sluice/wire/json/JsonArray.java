package io.sluice.wire.json;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;

/** Values in order. Built by one thread; not changed after it was handed over. */
public final class JsonArray implements JsonValue, Iterable<JsonValue> {
    private final List<JsonValue> values = new ArrayList<>(0);

    public JsonArray add(JsonValue value) {
        values.add(value);
        return this;
    }

    public int size() {
        return values.size();
    }

    public JsonValue get(int index) {
        return values.get(index);
    }

    @Override
    public Iterator<JsonValue> iterator() {
        return values.iterator();
    }

    /** @throws JsonException when an element is not an object */
    public <T> List<T> mapObjects(Function<JsonObject, T> step) {
        List<T> mapped = new ArrayList<>(values.size());
        for (JsonValue value : values) {
            mapped.add(step.apply(JsonObject.expect(value, "array element")));
        }
        return mapped;
    }

    /** Elements as texts; numbers and literals as they were written. */
    public List<String> texts() {
        List<String> texts = new ArrayList<>(values.size());
        for (JsonValue value : values) {
            texts.add(JsonObject.textOf(value, "array element"));
        }
        return texts;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JsonArray array && values.equals(array.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return "JsonArray[%d]".formatted(values.size());
    }
}
