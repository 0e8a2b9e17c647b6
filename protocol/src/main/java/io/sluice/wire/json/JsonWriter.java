package io.sluice.wire.json;

/**
 * Writes one JSON text member by member. The caller keeps the order: {@link #name} before every value of an object, and as
 * many ends as begins. Confined to one thread.
 */
public final class JsonWriter {
    private static final int FIRST_CAPACITY = 256;

    private final JsonBytes out = new JsonBytes(FIRST_CAPACITY);
    private final KeyStyle style;
    /** Whether the next value or name must be preceded by a comma. */
    private boolean comma;

    public JsonWriter(KeyStyle style) {
        this.style = style;
    }

    public KeyStyle style() {
        return style;
    }

    public JsonWriter beginObject() {
        separate();
        out.raw((byte) '{');
        comma = false;
        return this;
    }

    public JsonWriter endObject() {
        out.raw((byte) '}');
        comma = true;
        return this;
    }

    public JsonWriter beginArray() {
        separate();
        out.raw((byte) '[');
        comma = false;
        return this;
    }

    public JsonWriter endArray() {
        out.raw((byte) ']');
        comma = true;
        return this;
    }

    public JsonWriter name(String name) {
        separate();
        out.quoted(name);
        out.raw((byte) ':');
        comma = false;
        return this;
    }

    /** A name that is no text but a number or an object, given as its JSON. */
    public JsonWriter nameOf(String json) {
        if (style == KeyStyle.QUOTED) {
            return name(json);
        }
        separate();
        out.utf8(json);
        out.raw((byte) ':');
        comma = false;
        return this;
    }

    public JsonWriter text(String value) {
        separate();
        out.quoted(value);
        comma = true;
        return this;
    }

    public JsonWriter number(long value) {
        separate();
        out.decimal(value);
        comma = true;
        return this;
    }

    /** Not a number and the infinities, which JSON cannot say, become 0. */
    public JsonWriter decimal(double value) {
        separate();
        out.utf8(Double.isFinite(value) ? Double.toString(value) : "0.0");
        comma = true;
        return this;
    }

    public JsonWriter bool(boolean value) {
        separate();
        out.utf8(value ? "true" : "false");
        comma = true;
        return this;
    }

    public JsonWriter nothing() {
        separate();
        out.utf8("null");
        comma = true;
        return this;
    }

    /** A whole tree. Names are written quoted, whatever the style: the tree no longer knows which were bare. */
    public JsonWriter value(JsonValue value) {
        if (value instanceof JsonObject object) {
            beginObject();
            object.forEach((name, member) -> name(name).value(member));
            return endObject();
        }
        if (value instanceof JsonArray array) {
            beginArray();
            array.forEach(this::value);
            return endArray();
        }
        if (value instanceof JsonValue.Text text) {
            return text(text.value());
        }
        if (value instanceof JsonValue.Bool bool) {
            return bool(bool.value());
        }
        if (value instanceof JsonValue.Number number) {
            separate();
            out.utf8(number.literal());
            comma = true;
            return this;
        }
        return nothing();
    }

    public byte[] toByteArray() {
        return out.toByteArray();
    }

    private void separate() {
        if (comma) {
            out.raw((byte) ',');
        }
    }
}
