package io.sluice.wire.json;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;

/** How values of one Java type are read from and written to JSON. */
abstract class JsonShape {

    abstract Object read(JsonValue value, String what);

    abstract void write(Object value, JsonWriter out);

    /** What a missing member reads as; {@code null} when it may not be missing. */
    abstract Object whenMissing();

    /** The value that {@link Absent} names. */
    Object parse(String text) {
        return read(new JsonValue.Text(text), "absent value");
    }

    static JsonShape of(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            if (generic.getRawType() == Map.class) {
                return new OfMap(keyOf(arguments[0]), of(arguments[1]));
            }
            JsonShape element = of(arguments[0]);
            if (generic.getRawType() == List.class) {
                return new OfList(element);
            }
            if (generic.getRawType() == Set.class) {
                return new OfSet(element);
            }
            if (generic.getRawType() == Optional.class) {
                return new OfOptional(element);
            }
        } else if (type instanceof Class<?> plain) {
            return ofClass(plain);
        }
        throw new IllegalArgumentException("no JSON for components of type %s".formatted(type));
    }

    private static JsonShape ofClass(Class<?> type) {
        if (type == String.class) {
            return new Scalar("", JsonObject::textOf, (value, out) -> out.text((String) value));
        }
        if (type == int.class || type == Integer.class) {
            return new Scalar(0, JsonShape::intOf, (value, out) -> out.number((int) value));
        }
        if (type == long.class || type == Long.class) {
            return new Scalar(0L, JsonObject::longOf, (value, out) -> out.number((long) value));
        }
        if (type == double.class || type == Double.class) {
            return new Scalar(0.0, JsonObject::doubleOf, (value, out) -> out.decimal((double) value));
        }
        if (type == boolean.class || type == Boolean.class) {
            return new Scalar(false, JsonObject::boolOf, (value, out) -> out.bool((boolean) value));
        }
        if (type == JsonValue.class) {
            return new Scalar(
                    JsonValue.Null.NULL, (value, what) -> value, (value, out) -> out.value((JsonValue) value));
        }
        if (type == JsonObject.class) {
            return new Scalar(new JsonObject(), JsonObject::expect, (value, out) -> out.value((JsonObject) value));
        }
        if (type.isEnum()) {
            return new Scalar(
                    null,
                    (value, what) -> constant(type, JsonObject.textOf(value, what), what),
                    (value, out) -> out.text(((Enum<?>) value).name()));
        }
        if (type.isRecord()) {
            return new OfRecord(type.asSubclass(Record.class));
        }
        throw new IllegalArgumentException("no JSON for components of type %s".formatted(type));
    }

    private static int intOf(JsonValue value, String what) {
        long number = JsonObject.longOf(value, what);
        if (number != (int) number) {
            throw new JsonException("%s is outside the range of a 32-bit number".formatted(what));
        }
        return (int) number;
    }

    private static Object constant(Class<?> type, String name, String what) {
        for (Object constant : type.getEnumConstants()) {
            if (((Enum<?>) constant).name().equalsIgnoreCase(name)) {
                return constant;
            }
        }
        throw new JsonException("%s is none of %s".formatted(what, Arrays.toString(type.getEnumConstants())));
    }

    /** Text, number, boolean, enum or tree. */
    private static final class Scalar extends JsonShape {
        private final Object whenMissing;
        private final BiFunction<JsonValue, String, Object> reading;
        private final BiConsumer<Object, JsonWriter> writing;

        Scalar(
                Object whenMissing,
                BiFunction<JsonValue, String, Object> reading,
                BiConsumer<Object, JsonWriter> writing) {
            this.whenMissing = whenMissing;
            this.reading = reading;
            this.writing = writing;
        }

        @Override
        Object read(JsonValue value, String what) {
            return reading.apply(value, what);
        }

        @Override
        void write(Object value, JsonWriter out) {
            writing.accept(value, out);
        }

        @Override
        Object whenMissing() {
            return whenMissing;
        }
    }

    private static final class OfRecord extends JsonShape {
        private final Class<? extends Record> type;

        OfRecord(Class<? extends Record> type) {
            this.type = type;
        }

        @Override
        Object read(JsonValue value, String what) {
            return JsonForm.of(type).read(JsonObject.expect(value, what));
        }

        @Override
        void write(Object value, JsonWriter out) {
            JsonForm.of(type).write((Record) value, out);
        }

        @Override
        Object whenMissing() {
            return null;
        }
    }

    private static final class OfOptional extends JsonShape {
        private final JsonShape element;

        OfOptional(JsonShape element) {
            this.element = element;
        }

        @Override
        Object read(JsonValue value, String what) {
            return Optional.of(element.read(value, what));
        }

        @Override
        void write(Object value, JsonWriter out) {
            ((Optional<?>) value).ifPresentOrElse(present -> element.write(present, out), out::nothing);
        }

        @Override
        Object whenMissing() {
            return Optional.empty();
        }
    }

    private static final class OfList extends JsonShape {
        private final JsonShape element;

        OfList(JsonShape element) {
            this.element = element;
        }

        @Override
        Object read(JsonValue value, String what) {
            return Collections.unmodifiableList(elements(element, value, what));
        }

        @Override
        void write(Object value, JsonWriter out) {
            out.beginArray();
            ((List<?>) value).forEach(one -> element.write(one, out));
            out.endArray();
        }

        @Override
        Object whenMissing() {
            return List.of();
        }
    }

    private static final class OfSet extends JsonShape {
        private final JsonShape element;

        OfSet(JsonShape element) {
            this.element = element;
        }

        @Override
        Object read(JsonValue value, String what) {
            return Collections.unmodifiableSet(new LinkedHashSet<>(elements(element, value, what)));
        }

        @Override
        void write(Object value, JsonWriter out) {
            out.beginArray();
            ((Set<?>) value).forEach(one -> element.write(one, out));
            out.endArray();
        }

        @Override
        Object whenMissing() {
            return Set.of();
        }
    }

    /** Elements that are {@code null} are left out. */
    private static List<Object> elements(JsonShape element, JsonValue value, String what) {
        JsonArray array = JsonObject.expectArray(value, what);
        List<Object> elements = new ArrayList<>(array.size());
        for (JsonValue one : array) {
            if (!(one instanceof JsonValue.Null)) {
                elements.add(element.read(one, what));
            }
        }
        return elements;
    }

    /** Keys that are no texts are written in the style of the writer and read in both. */
    private static final class OfMap extends JsonShape {
        private final Key key;
        private final JsonShape element;

        OfMap(Key key, JsonShape element) {
            this.key = key;
            this.element = element;
        }

        @Override
        Object read(JsonValue value, String what) {
            Map<Object, Object> map = new LinkedHashMap<>();
            JsonObject.expect(value, what).forEach((name, member) -> {
                if (!(member instanceof JsonValue.Null)) {
                    map.put(key.read(name, what), element.read(member, what));
                }
            });
            return Collections.unmodifiableMap(map);
        }

        @Override
        void write(Object value, JsonWriter out) {
            out.beginObject();
            ((Map<?, ?>) value).forEach((name, member) -> {
                if (key.plainText) {
                    out.name((String) name);
                } else {
                    out.nameOf(key.json.apply(name));
                }
                element.write(member, out);
            });
            out.endObject();
        }

        @Override
        Object whenMissing() {
            return Map.of();
        }
    }

    /** Keys of one type: to the JSON that stands before the colon, and back. */
    private record Key(boolean plainText, Function<Object, String> json, BiFunction<String, String, Object> reading) {
        Object read(String name, String what) {
            return reading.apply(name, what);
        }
    }

    private static Key keyOf(Type type) {
        if (type == String.class) {
            return new Key(true, key -> (String) key, (name, what) -> name);
        }
        if (type == Integer.class) {
            return new Key(false, Object::toString, (name, what) -> intOf(new JsonValue.Number(name), keyWhat(what)));
        }
        if (type == Long.class) {
            return new Key(
                    false,
                    Object::toString,
                    (name, what) -> JsonObject.longOf(new JsonValue.Number(name), keyWhat(what)));
        }
        if (type instanceof Class<?> plain && plain.isRecord()) {
            Class<? extends Record> record = plain.asSubclass(Record.class);
            return new Key(false, key -> textOf((Record) key), (name, what) -> recordOf(record, name, what));
        }
        throw new IllegalArgumentException("no JSON for keys of type %s".formatted(type));
    }

    private static String textOf(Record key) {
        JsonWriter out = new JsonWriter(KeyStyle.QUOTED);
        JsonForm.of(key.getClass()).write(key, out);
        return new String(out.toByteArray(), StandardCharsets.UTF_8);
    }

    private static Record recordOf(Class<? extends Record> type, String name, String what) {
        JsonValue value = JsonReader.read(name.getBytes(StandardCharsets.UTF_8));
        return JsonForm.of(type).read(JsonObject.expect(value, keyWhat(what)));
    }

    private static String keyWhat(String what) {
        return "a key of " + what;
    }
}
