package io.sluice.wire.frame;

import io.sluice.wire.json.JsonBytes;
import io.sluice.wire.json.JsonEscapes;
import io.sluice.wire.json.JsonException;
import java.nio.charset.StandardCharsets;

/**
 * The JSON header, read in one pass that only notes where the extension fields lie. Members may come in any order; unknown
 * ones are passed over; extension fields may be numbers or literals instead of strings.
 */
final class JsonHeader {
    private static final int DEPTH_MAX = 32;

    private static final byte[] CODE = ascii("code");
    private static final byte[] LANGUAGE = ascii("language");
    private static final byte[] VERSION = ascii("version");
    private static final byte[] OPAQUE = ascii("opaque");
    private static final byte[] FLAG = ascii("flag");
    private static final byte[] REMARK = ascii("remark");
    private static final byte[] FIELDS = ascii("extFields");
    private static final byte[] JAVA = ascii("JAVA");

    private static final byte[] BEGIN_CODE = ascii("{\"code\":");
    private static final byte[] BEGIN_FIELDS = ascii(",\"extFields\":{");
    private static final byte[] END_FIELDS_FLAG = ascii("},\"flag\":");
    private static final byte[] BEGIN_LANGUAGE = ascii(",\"language\":\"");
    private static final byte[] BEGIN_OPAQUE = ascii("\",\"opaque\":");
    private static final byte[] BEGIN_REMARK = ascii(",\"remark\":");
    private static final byte[] BEGIN_VERSION = ascii(",\"serializeTypeCurrentRPC\":\"JSON\",\"version\":");

    private final byte[] bytes;
    private int at;
    private int code;
    private boolean codeSeen;
    private Language language = Language.JAVA;
    private int version;
    private int opaque;
    private int flag;
    private String remark = "";
    private ParsedFields fields = ParsedFields.EMPTY;
    /** Bounds of the string read last, without the quotes. */
    private int start;

    private int end;
    private boolean escaped;

    private JsonHeader(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A frame that has no body yet. */
    static Frame decode(byte[] bytes) {
        JsonHeader header = new JsonHeader(bytes);
        try {
            header.read();
        } catch (JsonException damaged) {
            throw new FrameException("damaged text in a JSON header: " + damaged.getMessage(), damaged);
        }
        return new Frame(
                Serialization.JSON,
                header.code,
                header.language,
                header.version,
                header.opaque,
                header.flag,
                header.remark,
                header.fields,
                FrameBody.NONE);
    }

    static void encode(Frame frame, JsonBytes out) {
        out.raw(BEGIN_CODE);
        out.decimal(frame.code());
        out.raw(BEGIN_FIELDS);
        Sink sink = new Sink(out);
        frame.fields().writeTo(sink);
        out.raw(END_FIELDS_FLAG);
        out.decimal(frame.flag());
        out.raw(BEGIN_LANGUAGE);
        out.utf8(frame.language().name());
        out.raw(BEGIN_OPAQUE);
        out.decimal(frame.opaque());
        if (!frame.remark().isEmpty()) {
            out.raw(BEGIN_REMARK);
            out.quoted(frame.remark());
        }
        out.raw(BEGIN_VERSION);
        out.decimal(frame.version());
        out.raw((byte) '}');
    }

    private void read() {
        expect('{');
        if (next() == '}') {
            at++;
        } else {
            do {
                member();
            } while (comma());
        }
        skipBlanks();
        if (at != bytes.length) {
            throw wrong("the end of the header");
        }
        if (!codeSeen) {
            throw new FrameException("JSON header without a code");
        }
    }

    /** One member; which one is told by its length first. */
    private void member() {
        string();
        int length = end - start;
        if (length == 4 && isNamed(CODE)) {
            expect(':');
            code = integer();
            codeSeen = true;
        } else if (length == 4 && isNamed(FLAG)) {
            expect(':');
            flag = integer();
        } else if (length == 6 && isNamed(OPAQUE)) {
            expect(':');
            opaque = integer();
        } else if (length == 6 && isNamed(REMARK)) {
            expect(':');
            remark = textOrNull();
        } else if (length == 7 && isNamed(VERSION)) {
            expect(':');
            version = integer();
        } else if (length == 8 && isNamed(LANGUAGE)) {
            expect(':');
            language();
        } else if (length == 9 && isNamed(FIELDS)) {
            expect(':');
            fields();
        } else {
            expect(':');
            skipValue(0);
        }
    }

    private void language() {
        if (next() != '"') {
            skipValue(0);
            return;
        }
        string();
        language = isNamed(JAVA) ? Language.JAVA : Language.named(JsonEscapes.text(bytes, start, end, escaped));
    }

    private String textOrNull() {
        if (next() != '"') {
            skipValue(0);
            return "";
        }
        string();
        return JsonEscapes.text(bytes, start, end, escaped);
    }

    private void fields() {
        if (next() == 'n') {
            skipValue(0);
            return;
        }
        expect('{');
        ParsedFields.Builder found = new ParsedFields.Builder(bytes);
        if (next() == '}') {
            at++;
        } else {
            do {
                field(found);
            } while (comma());
        }
        fields = found.build();
    }

    private void field(ParsedFields.Builder found) {
        string();
        int nameStart = start;
        int nameEnd = end;
        boolean nameEscaped = escaped;
        expect(':');
        byte first = next();
        if (first == '"') {
            string();
            found.add(nameStart, nameEnd, nameEscaped, start, end, escaped);
            return;
        }
        int valueStart = at;
        skipValue(0);
        if (first != 'n') {
            found.add(nameStart, nameEnd, nameEscaped, valueStart, at, false);
        }
    }

    private void string() {
        expect('"');
        start = at;
        escaped = false;
        while (at < bytes.length) {
            byte b = bytes[at];
            if (b == '"') {
                end = at++;
                return;
            }
            if (b == '\\') {
                escaped = true;
                at++;
            }
            at++;
        }
        at = bytes.length;
        throw wrong("a closing quote");
    }

    private int integer() {
        boolean quoted = next() == '"';
        if (quoted) {
            at++;
        }
        boolean negative = at < bytes.length && bytes[at] == '-';
        if (negative) {
            at++;
        }
        int first = at;
        long value = 0;
        while (at < bytes.length && bytes[at] >= '0' && bytes[at] <= '9') {
            value = value * 10 + (bytes[at++] - '0');
            if (value > 1L << 31) {
                throw new FrameException("a number in a JSON header exceeds 32 bits");
            }
        }
        if (at == first) {
            throw wrong("a number");
        }
        if (quoted) {
            if (at >= bytes.length || bytes[at] != '"') {
                throw wrong("a closing quote");
            }
            at++;
        }
        long signed = negative ? -value : value;
        if (signed != (int) signed) {
            throw new FrameException("a number in a JSON header exceeds 32 bits");
        }
        return (int) signed;
    }

    private void skipValue(int depth) {
        if (depth > DEPTH_MAX) {
            throw new FrameException("JSON header nested deeper than %d".formatted(DEPTH_MAX));
        }
        byte first = next();
        if (first == '"') {
            string();
        } else if (first == '{' || first == '[') {
            at++;
            char close = first == '{' ? '}' : ']';
            if (next() == close) {
                at++;
                return;
            }
            do {
                if (first == '{') {
                    string();
                    expect(':');
                }
                skipValue(depth + 1);
            } while (comma(close));
        } else {
            int from = at;
            while (at < bytes.length && isLiteralByte(bytes[at])) {
                at++;
            }
            if (at == from) {
                throw wrong("a value");
            }
        }
    }

    private static boolean isLiteralByte(byte b) {
        return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b == '-' || b == '+' || b == '.' || b == 'E';
    }

    private boolean comma() {
        return comma('}');
    }

    /** True after a comma, false after the closing character; both are passed. */
    private boolean comma(char close) {
        byte b = next();
        if (b == ',') {
            at++;
            return true;
        }
        if (b == close) {
            at++;
            return false;
        }
        throw wrong("a comma or " + close);
    }

    private boolean isNamed(byte[] name) {
        if (escaped || end - start != name.length) {
            return false;
        }
        for (int i = 0; i < name.length; i++) {
            if (bytes[start + i] != name[i]) {
                return false;
            }
        }
        return true;
    }

    private void expect(char wanted) {
        if (next() != wanted) {
            throw wrong("'" + wanted + "'");
        }
        at++;
    }

    /** The next byte that is not blank, not passed yet. */
    private byte next() {
        skipBlanks();
        if (at >= bytes.length) {
            throw wrong("more");
        }
        return bytes[at];
    }

    private void skipBlanks() {
        while (at < bytes.length && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')) {
            at++;
        }
    }

    private FrameException wrong(String expected) {
        String found = at >= bytes.length ? "the end" : "byte 0x%02x".formatted(bytes[at]);
        return new FrameException("JSON header: found %s at position %d, expected %s".formatted(found, at, expected));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Writes fields as members, all values as strings. */
    private static final class Sink implements FieldSink {
        private final JsonBytes out;
        private boolean comma;

        Sink(JsonBytes out) {
            this.out = out;
        }

        @Override
        public void text(FieldName name, String value) {
            name(name);
            out.quoted(value);
        }

        @Override
        public void number(FieldName name, long value) {
            name(name);
            out.raw((byte) '"');
            out.decimal(value);
            out.raw((byte) '"');
        }

        private void name(FieldName name) {
            if (comma) {
                out.raw((byte) ',');
            }
            comma = true;
            if (name.jsonMember() != null) {
                out.raw(name.jsonMember());
            } else {
                out.quoted(name.toString());
                out.raw((byte) ':');
            }
        }
    }
}
