package io.sluice.wire.json;

import io.sluice.model.SluiceException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Between one kind of public record and a JSON object. Members are written in name order; unknown members are passed over.
 *
 * <p>Components may be texts, numbers, booleans, enums, records, {@link JsonValue} (kept as it is), and lists, sets, maps
 * and {@link Optional} of those; keys of a map are texts, whole numbers or records. A member that is missing or {@code null}
 * reads as the value its component names with {@link Absent}, else as an empty text, 0, {@code false}, an empty
 * collection or nothing; a missing record or enum is an error. Everything is written, except an empty {@code Optional}
 * and an empty text marked {@link Absent}. Any thread.
 *
 * @param <T> the record
 */
public final class JsonForm<T extends Record> {
    private static final ClassValue<JsonForm<?>> FORMS = new ClassValue<>() {
        @Override
        protected JsonForm<?> computeValue(Class<?> type) {
            return new JsonForm<>(type.asSubclass(Record.class));
        }
    };

    private final Class<T> type;
    /** Takes an array with all components. */
    private final MethodHandle constructor;
    /** In the order of the constructor. */
    private final Member[] members;
    /** The same in name order. */
    private final Member[] byName;

    private record Member(
            int position, String name, JsonShape shape, Object whenMissing, boolean omitted, MethodHandle getter) {

        Object of(Record record) {
            try {
                return (Object) getter.invokeExact(record);
            } catch (RuntimeException | Error failed) {
                throw failed;
            } catch (Throwable checked) {
                throw new SluiceException("member %s cannot be read".formatted(name), checked);
            }
        }
    }

    private JsonForm(Class<T> type) {
        this.type = type;
        RecordComponent[] components = type.getRecordComponents();
        this.members = new Member[components.length];
        try {
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            Class<?>[] types = new Class<?>[components.length];
            for (int i = 0; i < components.length; i++) {
                types[i] = components[i].getType();
                members[i] = member(i, components[i], lookup);
            }
            this.constructor = lookup.findConstructor(type, MethodType.methodType(void.class, types))
                    .asSpreader(Object[].class, types.length)
                    .asType(MethodType.methodType(Record.class, Object[].class));
        } catch (IllegalAccessException | NoSuchMethodException notPublic) {
            throw new IllegalArgumentException("%s is not a public record".formatted(type.getName()), notPublic);
        }
        this.byName = members.clone();
        Arrays.sort(byName, Comparator.comparing(Member::name));
    }

    private static Member member(int position, RecordComponent component, MethodHandles.Lookup lookup)
            throws IllegalAccessException {
        Named named = component.getAnnotation(Named.class);
        Absent absent = component.getAnnotation(Absent.class);
        JsonShape shape = JsonShape.of(component.getGenericType());
        return new Member(
                position,
                named == null ? component.getName() : named.value(),
                shape,
                absent == null || absent.value().isEmpty() ? shape.whenMissing() : shape.parse(absent.value()),
                component.getType() == Optional.class
                        || absent != null
                                && component.getType() == String.class
                                && absent.value().isEmpty(),
                lookup.unreflect(component.getAccessor()).asType(MethodType.methodType(Object.class, Record.class)));
    }

    /** The form of a record type, made once. */
    @SuppressWarnings("unchecked") // computeValue makes the form of exactly this type
    public static <T extends Record> JsonForm<T> of(Class<T> type) {
        return (JsonForm<T>) FORMS.get(type);
    }

    /** @throws JsonException when the text is no JSON, or a member is of another kind than its component */
    public T read(byte[] utf8) {
        return read(JsonReader.readObject(utf8));
    }

    public T read(JsonObject object) {
        Object[] values = new Object[members.length];
        for (Member member : members) {
            values[member.position] = object.find(member.name)
                    .map(value -> member.shape.read(value, member.name))
                    .orElse(member.whenMissing);
            if (values[member.position] == null) {
                throw new JsonException("%s lacks the member %s".formatted(type.getSimpleName(), member.name));
            }
        }
        try {
            return type.cast((Record) constructor.invokeExact(values));
        } catch (JsonException wrong) {
            throw wrong;
        } catch (IllegalArgumentException refused) {
            throw new JsonException(
                    "%s is not valid: %s".formatted(type.getSimpleName(), refused.getMessage()), refused);
        } catch (RuntimeException | Error failed) {
            throw failed;
        } catch (Throwable checked) {
            throw new SluiceException("%s cannot be built".formatted(type.getSimpleName()), checked);
        }
    }

    public byte[] write(T value, KeyStyle style) {
        JsonWriter out = new JsonWriter(style);
        write(value, out);
        return out.toByteArray();
    }

    public void write(Record value, JsonWriter out) {
        out.beginObject();
        for (Member member : byName) {
            Object part = member.of(value);
            if (!member.omitted || !part.equals(member.whenMissing)) {
                out.name(member.name);
                member.shape.write(part, out);
            }
        }
        out.endObject();
    }

    /** Names of the members, in name order. */
    public List<String> memberNames() {
        return Arrays.stream(byName).map(Member::name).toList();
    }
}
