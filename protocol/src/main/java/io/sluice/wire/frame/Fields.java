package io.sluice.wire.frame;

import io.sluice.wire.json.JsonBytes;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The extension fields of a frame: a flat map of texts. Implementations are immutable. Fields of a frame that is being
 * sent only know how to write themselves; fields of a frame that came in ({@link ParsedFields}) are looked up in place.
 */
@FunctionalInterface
public interface Fields {
    Fields NONE = sink -> {};

    /** Names every field once, always in the same order. */
    void writeTo(FieldSink sink);

    /** The same fields in the form that can be searched. */
    default ParsedFields parsed() {
        JsonBytes written = new JsonBytes(256);
        writeTo(new BinaryHeader.Sink(written));
        return BinaryHeader.fields(written.array(), 0, written.length(), new ParsedFields().restart(written.array()));
    }

    /** Convenience for rare look-ups; an empty field counts as absent. */
    default Optional<String> find(String name) {
        return parsed().find(name);
    }

    /** All fields by name, in name order. */
    default Map<String, String> asMap() {
        Map<String, String> map = new TreeMap<>();
        writeTo(new MapSink(map));
        return map;
    }

    static Fields of(String name, String value) {
        FieldName field = FieldName.of(name);
        return sink -> sink.text(field, value);
    }

    static Fields of(Map<String, String> texts) {
        Map<FieldName, String> named = new LinkedHashMap<>();
        texts.forEach((name, value) -> named.put(FieldName.of(name), value));
        return sink -> named.forEach(sink::text);
    }

    /** These fields and then others. */
    default Fields and(Fields others) {
        return sink -> {
            writeTo(sink);
            others.writeTo(sink);
        };
    }

    /** Collects fields as texts. */
    record MapSink(Map<String, String> map) implements FieldSink {
        @Override
        public void text(FieldName name, String value) {
            map.put(name.toString(), value);
        }

        @Override
        public void utf8(FieldName name, byte[] value, int from, int to) {
            text(name, new String(value, from, to - from, StandardCharsets.UTF_8));
        }

        @Override
        public void number(FieldName name, long value) {
            map.put(name.toString(), Long.toString(value));
        }
    }
}
