package io.sluice.wire.json;

import java.nio.charset.StandardCharsets;

/**
 * Reads one JSON text into a tree. Besides strict JSON it takes what older writers of the protocol produce: member names
 * that are bare numbers, bare names or bare objects (kept as their source text), single quotes, a byte order mark.
 * One reader serves one text.
 */
public final class JsonReader {
    private final byte[] source;
    private final int end;
    private final JsonLimits limits;
    private int at;
    private int depth;
    private int values;

    private JsonReader(byte[] source, JsonLimits limits) {
        this.source = source;
        this.end = source.length;
        this.limits = limits;
    }

    /** @throws JsonException naming the position when the text is not JSON or exceeds {@link JsonLimits#DEFAULT} */
    public static JsonValue read(byte[] utf8) {
        return read(utf8, JsonLimits.DEFAULT);
    }

    public static JsonValue read(byte[] utf8, JsonLimits limits) {
        if (utf8.length > limits.maxBytes()) {
            throw new JsonException(
                    "JSON text of %d bytes, at most %d are read".formatted(utf8.length, limits.maxBytes()));
        }
        return new JsonReader(utf8, limits).document();
    }

    /** Reads a text that must be an object. */
    public static JsonObject readObject(byte[] utf8) {
        return JsonObject.expect(read(utf8), "JSON text");
    }

    public static JsonObject readObject(byte[] utf8, JsonLimits limits) {
        return JsonObject.expect(read(utf8, limits), "JSON text");
    }

    private JsonValue document() {
        if (end >= 3 && source[0] == (byte) 0xEF && source[1] == (byte) 0xBB && source[2] == (byte) 0xBF) {
            at = 3;
        }
        JsonValue value = value();
        skipBlanks();
        if (at < end) {
            throw wrong("the end of the text");
        }
        return value;
    }

    private JsonValue value() {
        if (++values > limits.maxValues()) {
            throw new JsonException("JSON text with more than %d values".formatted(limits.maxValues()));
        }
        skipBlanks();
        byte first = peek("a value");
        return switch (first) {
            case '{' -> object();
            case '[' -> array();
            case '"', '\'' -> new JsonValue.Text(string());
            case 't' -> literal("true", JsonValue.Bool.TRUE);
            case 'f' -> literal("false", JsonValue.Bool.FALSE);
            case 'n' -> literal("null", JsonValue.Null.NULL);
            default -> number();
        };
    }

    private JsonObject object() {
        enter();
        JsonObject object = new JsonObject();
        skipBlanks();
        if (peek("a member name or }") == '}') {
            at++;
            depth--;
            return object;
        }
        while (true) {
            String name = memberName();
            skipBlanks();
            if (peek("a colon") != ':') {
                throw wrong("a colon");
            }
            at++;
            object.put(name, value());
            skipBlanks();
            byte next = peek("a comma or }");
            at++;
            if (next == '}') {
                depth--;
                return object;
            }
            if (next != ',') {
                at--;
                throw wrong("a comma or }");
            }
        }
    }

    private JsonArray array() {
        enter();
        JsonArray array = new JsonArray();
        skipBlanks();
        if (peek("a value or ]") == ']') {
            at++;
            depth--;
            return array;
        }
        while (true) {
            array.add(value());
            skipBlanks();
            byte next = peek("a comma or ]");
            at++;
            if (next == ']') {
                depth--;
                return array;
            }
            if (next != ',') {
                at--;
                throw wrong("a comma or ]");
            }
        }
    }

    private String memberName() {
        skipBlanks();
        byte first = peek("a member name");
        if (first == '"' || first == '\'') {
            return string();
        }
        int start = at;
        if (first == '{' || first == '[') {
            value();
        } else {
            while (at < end && isBareNameByte(source[at])) {
                at++;
            }
        }
        if (at == start) {
            throw wrong("a member name");
        }
        return new String(source, start, at - start, StandardCharsets.UTF_8);
    }

    private static boolean isBareNameByte(byte b) {
        return b >= '0' && b <= '9'
                || b >= 'a' && b <= 'z'
                || b >= 'A' && b <= 'Z'
                || b == '-'
                || b == '+'
                || b == '_'
                || b == '$'
                || b == '.'
                || b < 0;
    }

    private String string() {
        byte quote = source[at++];
        int start = at;
        boolean escaped = false;
        while (at < end) {
            byte b = source[at];
            if (b == quote) {
                String text = JsonEscapes.text(source, start, at, escaped);
                at++;
                return text;
            }
            if (b == '\\') {
                escaped = true;
                at++;
            }
            at++;
        }
        at = end;
        throw wrong("the closing quote of the text that starts at byte " + (start - 1));
    }

    private JsonValue literal(String word, JsonValue meaning) {
        for (int i = 0; i < word.length(); i++) {
            if (at + i >= end || source[at + i] != word.charAt(i)) {
                throw wrong(word);
            }
        }
        at += word.length();
        return meaning;
    }

    private JsonValue number() {
        int start = at;
        if (source[at] == '-') {
            at++;
        }
        if (digits() == 0) {
            at = start;
            throw wrong("a value");
        }
        if (at < end && source[at] == '.') {
            at++;
            if (digits() == 0) {
                throw wrong("the digits of a fraction");
            }
        }
        if (at < end && (source[at] == 'e' || source[at] == 'E')) {
            at++;
            if (at < end && (source[at] == '-' || source[at] == '+')) {
                at++;
            }
            if (digits() == 0) {
                throw wrong("the digits of an exponent");
            }
        }
        return new JsonValue.Number(new String(source, start, at - start, StandardCharsets.US_ASCII));
    }

    private int digits() {
        int start = at;
        while (at < end && source[at] >= '0' && source[at] <= '9') {
            at++;
        }
        return at - start;
    }

    private void enter() {
        at++;
        if (++depth > limits.maxDepth()) {
            throw new JsonException("JSON text nested deeper than %d at byte %d".formatted(limits.maxDepth(), at - 1));
        }
    }

    private void skipBlanks() {
        while (at < end && (source[at] == ' ' || source[at] == '\n' || source[at] == '\r' || source[at] == '\t')) {
            at++;
        }
    }

    private byte peek(String expected) {
        if (at >= end) {
            throw wrong(expected);
        }
        return source[at];
    }

    private JsonException wrong(String expected) {
        String found = at >= end ? "the end" : "byte 0x%02x".formatted(source[at]);
        return new JsonException("JSON text: found %s at position %d, expected %s".formatted(found, at, expected));
    }
}
