package io.sluice.jms.message;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The MIME type of a body, and what it says about the message class.
 *
 * @param essence type and subtype in lower case, without parameters
 * @param charset of a text; none when it names one that this machine does not know
 */
record ContentType(String essence, Optional<Charset> charset) {
    static final String TEXT = "text/plain; charset=utf-8";
    static final String BYTES = "application/octet-stream";
    static final String MAP = "application/vnd.sluice.jms-map";
    static final String STREAM = "application/vnd.sluice.jms-stream";

    private static final Set<String> TEXTUAL = Set.of(
            "application/json",
            "application/xml",
            "application/javascript",
            "application/yaml",
            "application/x-yaml",
            "application/x-www-form-urlencoded");

    static ContentType parse(String text) {
        String[] parts = text.split(";");
        Optional<Charset> charset = Optional.of(StandardCharsets.UTF_8);
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].trim();
            if (parameter.toLowerCase(Locale.ROOT).startsWith("charset=")) {
                charset = charsetOf(parameter
                        .substring("charset=".length())
                        .replace("\"", "")
                        .trim());
            }
        }
        return new ContentType(parts.length == 0 ? "" : parts[0].trim().toLowerCase(Locale.ROOT), charset);
    }

    private static Optional<Charset> charsetOf(String name) {
        try {
            return Optional.of(Charset.forName(name));
        } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
            return Optional.empty();
        }
    }

    /** Whether bodies of this type are read by people: any {@code text}, JSON, XML, YAML, forms. */
    boolean isText() {
        return essence.startsWith("text/")
                || TEXTUAL.contains(essence)
                || essence.endsWith("+json")
                || essence.endsWith("+xml")
                || essence.endsWith("+yaml");
    }

    /** The text, or none when the bytes are not one in this character set. */
    Optional<String> decode(byte[] body) {
        return charset.flatMap(set -> strictly(set, body));
    }

    /** The bytes, or none when the character set lacks a character of the text. */
    Optional<byte[]> encode(String text) {
        if (charset.isEmpty()) {
            return Optional.empty();
        }
        try {
            ByteBuffer encoded = charset.get()
                    .newEncoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return Optional.of(bytes);
        } catch (CharacterCodingException unmappable) {
            return Optional.empty();
        }
    }

    static Optional<String> strictly(Charset set, byte[] body) {
        try {
            return Optional.of(set.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(body))
                    .toString());
        } catch (CharacterCodingException noText) {
            return Optional.empty();
        }
    }
}
