package io.sluice.wire.frame;

import io.sluice.wire.json.JsonBytes;
import io.sluice.wire.json.JsonEscapes;
import io.sluice.wire.json.JsonException;
import java.nio.charset.StandardCharsets;

/**
 * Reads and writes JSON headers. Read in one pass that only notes where the extension fields lie: members may come in any
 * order; unknown ones are passed over; extension fields may be numbers or literals instead of strings. A reader is used
 * again for the next header; confined to one thread.
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

    private byte[] bytes = {};
    private int limit;
    private int at;
    private boolean codeSeen;
    private FrameHead head;
    /** Bounds of the string read last, without the quotes. */
    private int start;

    private int end;
    private boolean escaped;

    /** Reads the first {@code length} bytes into the head. */
    void read(byte[] header, int length, FrameHead into) {
        bytes = header;
        limit = length;
        at = 0;
        codeSeen = false;
        head = into;
        try {
            read();
        } catch (JsonException damaged) {
            throw new FrameException("damaged text in a JSON header: " + damaged.getMessage(), damaged);
        }
    }

    static void encode(
            int code, Language language, int version, int opaque, int flag, String remark, Fields fields, Sink sink) {
        JsonBytes out = sink.out;
        out.raw(BEGIN_CODE);
        out.decimal(code);
        out.raw(BEGIN_FIELDS);
        sink.comma = false;
        fields.writeTo(sink);
        out.raw(END_FIELDS_FLAG);
        out.decimal(flag);
        out.raw(BEGIN_LANGUAGE);
        out.raw(language.ascii());
        out.raw(BEGIN_OPAQUE);
        out.decimal(opaque);
        if (!remark.isEmpty()) {
            out.raw(BEGIN_REMARK);
            out.quoted(remark);
        }
        out.raw(BEGIN_VERSION);
        out.decimal(version);
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
        if (at != limit) {
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
            head.code = integer();
            codeSeen = true;
        } else if (length == 4 && isNamed(FLAG)) {
            expect(':');
            head.flag = integer();
        } else if (length == 6 && isNamed(OPAQUE)) {
            expect(':');
            head.opaque = integer();
        } else if (length == 6 && isNamed(REMARK)) {
            expect(':');
            head.remark = textOrNull();
        } else if (length == 7 && isNamed(VERSION)) {
            expect(':');
            head.version = integer();
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
        head.language = isNamed(JAVA) ? Language.JAVA : Language.named(JsonEscapes.text(bytes, start, end, escaped));
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
        ParsedFields found = head.fields().restart(bytes);
        if (next() == '}') {
            at++;
        } else {
            do {
                field(found);
            } while (comma());
        }
    }

    private void field(ParsedFields found) {
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
        int i = at;
        start = i;
        boolean backslash = false;
        while (i < limit) {
            byte b = bytes[i];
            if (b == '"') {
                end = i;
                escaped = backslash;
                at = i + 1;
                return;
            }
            if (b == '\\') {
                backslash = true;
                i++;
            }
            i++;
        }
        at = limit;
        throw wrong("a closing quote");
    }

    private int integer() {
        boolean quoted = next() == '"';
        if (quoted) {
            at++;
        }
        boolean negative = at < limit && bytes[at] == '-';
        if (negative) {
            at++;
        }
        int first = at;
        long value = 0;
        while (at < limit && bytes[at] >= '0' && bytes[at] <= '9') {
            value = value * 10 + (bytes[at++] - '0');
            if (value > 1L << 31) {
                throw new FrameException("a number in a JSON header exceeds 32 bits");
            }
        }
        if (at == first) {
            throw wrong("a number");
        }
        if (quoted) {
            if (at >= limit || bytes[at] != '"') {
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
            while (at < limit && isLiteralByte(bytes[at])) {
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
        if (at >= limit) {
            throw wrong("more");
        }
        return bytes[at];
    }

    private void skipBlanks() {
        while (at < limit && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')) {
            at++;
        }
    }

    private FrameException wrong(String expected) {
        String found = at >= limit ? "the end" : "byte 0x%02x".formatted(bytes[at]);
        return new FrameException("JSON header: found %s at position %d, expected %s".formatted(found, at, expected));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Writes fields as members, all values as strings. */
    static final class Sink implements FieldSink {
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
        public void utf8(FieldName name, byte[] value, int from, int to) {
            name(name);
            out.quoted(value, from, to);
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
