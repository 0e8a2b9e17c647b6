package io.sluice.wire.command;

import io.sluice.model.SluiceException;
import io.sluice.wire.frame.FieldException;
import io.sluice.wire.frame.FieldName;
import io.sluice.wire.frame.FieldSink;
import io.sluice.wire.frame.Fields;
import io.sluice.wire.frame.ParsedFields;
import io.sluice.wire.json.Absent;
import io.sluice.wire.json.Named;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Between the components of one record and extension fields. Method handles are prepared once; any thread may use it.
 *
 * @param <T> the record; components are texts, ints, longs, booleans or enums (by name, without regard to case)
 */
final class RecordCodec<T extends Record> implements HeaderCodec<T> {
    private final Class<T> type;
    /** Takes an array with all components. */
    private final MethodHandle constructor;

    private final List<Part> parts;

    private RecordCodec(Class<T> type, MethodHandle constructor, List<Part> parts) {
        this.type = type;
        this.constructor = constructor;
        this.parts = parts;
    }

    /** @param names wire names of components where they differ from the component's own name */
    static <T extends Record> RecordCodec<T> of(Class<T> type, Map<String, String> names) {
        try {
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            RecordComponent[] components = type.getRecordComponents();
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            MethodHandle constructor = lookup.findConstructor(type, MethodType.methodType(void.class, types))
                    .asSpreader(Object[].class, types.length)
                    .asType(MethodType.methodType(Record.class, Object[].class));
            List<Part> parts = new ArrayList<>(components.length);
            for (RecordComponent component : components) {
                parts.add(Part.of(component, wireName(component, names), lookup));
            }
            return new RecordCodec<>(type, constructor, List.copyOf(parts));
        } catch (IllegalAccessException | NoSuchMethodException notPublic) {
            throw new IllegalArgumentException("%s is not a public record".formatted(type.getName()), notPublic);
        }
    }

    private static String wireName(RecordComponent component, Map<String, String> names) {
        Named named = component.getAnnotation(Named.class);
        return names.getOrDefault(component.getName(), named == null ? component.getName() : named.value());
    }

    @Override
    public Class<T> type() {
        return type;
    }

    @Override
    public List<String> fieldNames() {
        return parts.stream().map(part -> part.name.toString()).toList();
    }

    @Override
    public List<String> requiredFields() {
        return parts.stream()
                .filter(part -> part.required)
                .map(part -> part.name.toString())
                .toList();
    }

    @Override
    public T decode(String what, Fields fields) {
        ParsedFields parsed = fields.parsed();
        Object[] values = new Object[parts.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = valueOf(what, parts.get(i), parsed);
        }
        try {
            return type.cast((Record) constructor.invokeExact(values));
        } catch (RuntimeException | Error refused) {
            throw refused;
        } catch (Throwable checked) {
            throw new SluiceException("%s cannot be built".formatted(type.getSimpleName()), checked);
        }
    }

    private Object valueOf(String what, Part part, ParsedFields fields) {
        int at = fields.indexOf(part.name);
        boolean given = at >= 0 && (part.kind == Kind.TEXT || !fields.isEmptyAt(at));
        if (!given) {
            if (part.required) {
                throw new FieldException("%s lacks the required field '%s'".formatted(what, part.name));
            }
            return part.absent;
        }
        try {
            return part.kind.read(fields, at, part);
        } catch (FieldException wrong) {
            throw new FieldException("%s: %s".formatted(what, wrong.getMessage()));
        }
    }

    @Override
    public Fields encode(T header) {
        return sink -> {
            for (Part part : parts) {
                part.write(header, sink);
            }
        };
    }

    /**
     * One component.
     *
     * @param always whether it is written whatever its value is
     */
    private record Part(
            FieldName name,
            Kind kind,
            boolean required,
            boolean always,
            Object absent,
            Class<?> javaType,
            MethodHandle getter) {

        static Part of(RecordComponent component, String wireName, MethodHandles.Lookup lookup)
                throws IllegalAccessException {
            Kind kind = Kind.of(component);
            Absent absent = component.getAnnotation(Absent.class);
            Object whenAbsent = absent == null ? null : kind.parse(absent.value(), component.getType());
            MethodHandle getter = lookup.unreflect(component.getAccessor())
                    .asType(MethodType.methodType(kind.handleType, Record.class));
            boolean always = absent == null || absent.written();
            return new Part(
                    FieldName.of(wireName), kind, absent == null, always, whenAbsent, component.getType(), getter);
        }

        void write(Record header, FieldSink sink) {
            try {
                switch (kind) {
                    case TEXT, ENUM -> {
                        Object value = (Object) getter.invokeExact(header);
                        if (always || !value.equals(absent)) {
                            sink.text(name, value.toString());
                        }
                    }
                    case INT -> {
                        int value = (int) getter.invokeExact(header);
                        if (always || value != (int) absent) {
                            sink.number(name, value);
                        }
                    }
                    case LONG -> {
                        long value = (long) getter.invokeExact(header);
                        if (always || value != (long) absent) {
                            sink.number(name, value);
                        }
                    }
                    case BOOL -> {
                        boolean value = (boolean) getter.invokeExact(header);
                        if (always || value != (boolean) absent) {
                            sink.bool(name, value);
                        }
                    }
                }
            } catch (RuntimeException | Error failed) {
                throw failed;
            } catch (Throwable checked) {
                throw new SluiceException("field %s cannot be read".formatted(name), checked);
            }
        }
    }

    /** Type of a component. */
    private enum Kind {
        TEXT(Object.class) {
            @Override
            Object read(ParsedFields fields, int at, Part part) {
                return fields.textAt(at);
            }

            @Override
            Object parse(String text, Class<?> javaType) {
                return text;
            }
        },
        INT(int.class) {
            @Override
            Object read(ParsedFields fields, int at, Part part) {
                return fields.intAt(at);
            }

            @Override
            Object parse(String text, Class<?> javaType) {
                return text.isEmpty() ? 0 : Integer.parseInt(text);
            }
        },
        LONG(long.class) {
            @Override
            Object read(ParsedFields fields, int at, Part part) {
                return fields.longAt(at);
            }

            @Override
            Object parse(String text, Class<?> javaType) {
                return text.isEmpty() ? 0L : Long.parseLong(text);
            }
        },
        BOOL(boolean.class) {
            @Override
            Object read(ParsedFields fields, int at, Part part) {
                return fields.boolAt(at);
            }

            @Override
            Object parse(String text, Class<?> javaType) {
                return Boolean.parseBoolean(text);
            }
        },
        ENUM(Object.class) {
            /** An unknown name in a field that may be missing counts as missing. */
            @Override
            Object read(ParsedFields fields, int at, Part part) {
                Optional<Object> known = constant(fields.textAt(at), part.javaType);
                if (known.isEmpty() && part.required) {
                    throw new FieldException("field '%s' is none of %s"
                            .formatted(part.name, Arrays.toString(part.javaType.getEnumConstants())));
                }
                return known.orElse(part.absent);
            }

            @Override
            Object parse(String text, Class<?> javaType) {
                return constant(text, javaType)
                        .orElseThrow(() -> new IllegalArgumentException(
                                "%s has no constant %s".formatted(javaType.getName(), text)));
            }
        };

        /** What the getter of such a component answers. */
        private final Class<?> handleType;

        Kind(Class<?> handleType) {
            this.handleType = handleType;
        }

        abstract Object read(ParsedFields fields, int at, Part part);

        abstract Object parse(String text, Class<?> javaType);

        static Kind of(RecordComponent component) {
            Class<?> type = component.getType();
            if (type == String.class) {
                return TEXT;
            }
            if (type == int.class) {
                return INT;
            }
            if (type == long.class) {
                return LONG;
            }
            if (type == boolean.class) {
                return BOOL;
            }
            if (type.isEnum()) {
                return ENUM;
            }
            throw new IllegalArgumentException("a header cannot carry component %s".formatted(component));
        }

        private static Optional<Object> constant(String name, Class<?> javaType) {
            String wanted = name.toUpperCase(Locale.ROOT);
            return Arrays.stream((Object[]) javaType.getEnumConstants())
                    .filter(constant -> ((Enum<?>) constant).name().equals(wanted))
                    .findAny();
        }
    }
}
