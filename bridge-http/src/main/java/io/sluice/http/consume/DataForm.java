package io.sluice.http.consume;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import io.sluice.http.channel.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * How the bytes of a body stand in JSON, so that the receiver can get them back:
 * <ul>
 *   <li>{@code data} as a text: a body that is valid UTF-8 without control characters other than tab, line feed and carriage
 *       return, and whose content type is not JSON;
 *   <li>{@code data} as a JSON value: a body whose content type is JSON and which is one JSON value;
 *   <li>{@code data_base64}: everything else, also what claims to be JSON and is not.
 * </ul>
 */
final class DataForm {
    private DataForm() {}

    /** @param contentType as stored with the message, or null */
    static void write(JsonGenerator json, byte[] body, String contentType) throws IOException {
        String text = textOf(body);
        if (text == null || isJson(contentType) && !isOneJsonValue(text)) {
            json.writeBinaryField("data_base64", body);
        } else if (isJson(contentType)) {
            json.writeFieldName("data");
            json.writeRawValue(text.replace('\n', ' ').replace('\r', ' '));
        } else {
            json.writeStringField("data", text);
        }
    }

    /** The body as text, or null when it is not text. */
    private static String textOf(byte[] body) {
        for (byte b : body) {
            if (b >= 0 && b < ' ' && b != '\t' && b != '\n' && b != '\r') {
                return null;
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException binary) {
            return null;
        }
    }

    /** {@code application/json}, {@code text/json} and everything that ends in {@code +json}; parameters do not matter. */
    static boolean isJson(String contentType) {
        if (contentType == null) {
            return false;
        }
        int parameters = contentType.indexOf(';');
        String type = (parameters < 0 ? contentType : contentType.substring(0, parameters))
                .trim()
                .toLowerCase(Locale.ROOT);
        return type.equals("application/json") || type.equals("text/json") || type.endsWith("+json");
    }

    private static boolean isOneJsonValue(String text) {
        try (JsonParser parser = Json.FACTORY.createParser(text)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException notJson) {
            return false;
        }
    }
}
