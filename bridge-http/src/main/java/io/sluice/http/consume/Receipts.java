package io.sluice.http.consume;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.sluice.http.channel.Json;
import io.sluice.http.channel.Problem;
import io.sluice.http.channel.ProblemException;
import io.sluice.http.channel.ProblemType;
import io.sluice.http.channel.Query;
import io.sluice.port.LeaseReader.Receipt;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the body of a settlement: one receipt as plain text, as a JSON string or as {@code {"receipt":"..."}}, or several as
 * {@code {"receipts":["...",...]}}.
 */
final class Receipts {
    /** Most receipts in one call. */
    static final int COUNT_MAX = 1024;

    static final int BODY_MAX_BYTES = 1024 * 1024;

    private static final int RECEIPT_MAX_CHARS = 4096;
    /** The last is what some tools send when nobody says anything. */
    private static final Set<String> MEDIA_TYPES =
            Set.of("text/plain", "application/json", "application/x-www-form-urlencoded");

    private Receipts() {}

    static List<Receipt> read(byte[] body, Optional<String> contentType) {
        contentType.ifPresent(Receipts::requireReadable);
        String text = textOf(body).strip();
        if (text.isEmpty()) {
            throw bad("is empty");
        }
        List<String> handles = text.startsWith("{") || text.startsWith("\"") ? fromJson(text) : List.of(text);
        if (handles.isEmpty() || handles.size() > COUNT_MAX) {
            throw bad("has %d receipts; expected 1..%d".formatted(handles.size(), COUNT_MAX));
        }
        return handles.stream().map(Receipts::checked).map(Receipt::new).toList();
    }

    private static void requireReadable(String contentType) {
        String type = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (!MEDIA_TYPES.contains(type)) {
            throw Problem.of(
                            ProblemType.UNSUPPORTED_MEDIA_TYPE,
                            "Content-Type '%s' of a settlement; expected text/plain or application/json"
                                    .formatted(Query.shown(contentType)))
                    .asException();
        }
    }

    private static String textOf(byte[] body) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException binary) {
            throw bad("is not UTF-8");
        }
    }

    private static List<String> fromJson(String text) {
        try (JsonParser json = Json.FACTORY.createParser(text)) {
            json.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
            List<String> handles = new ArrayList<>();
            if (json.nextToken() == JsonToken.VALUE_STRING) {
                handles.add(json.getText());
            } else {
                readObject(json, handles);
            }
            if (json.nextToken() != null) {
                throw bad("goes on behind its JSON value");
            }
            return handles;
        } catch (IOException broken) {
            throw bad("begins like JSON and is not");
        }
    }

    private static void readObject(JsonParser json, List<String> handles) throws IOException {
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String member = json.currentName();
            JsonToken value = json.nextToken();
            if (member.equals("receipt") && value == JsonToken.VALUE_STRING) {
                handles.add(json.getText());
            } else if (member.equals("receipts") && value == JsonToken.START_ARRAY) {
                while (json.nextToken() == JsonToken.VALUE_STRING && handles.size() <= COUNT_MAX) {
                    handles.add(json.getText());
                }
                if (handles.size() <= COUNT_MAX && json.currentToken() != JsonToken.END_ARRAY) {
                    throw bad("has something other than texts in 'receipts'");
                }
            } else {
                throw bad("has the member '%s' with a value that does not belong there".formatted(Query.shown(member)));
            }
            if (handles.size() > COUNT_MAX) {
                throw bad("has more than %d receipts".formatted(COUNT_MAX));
            }
        }
    }

    private static String checked(String handle) {
        boolean printable = handle.chars().allMatch(c -> c > ' ' && c < 0x7F);
        if (handle.isEmpty() || handle.length() > RECEIPT_MAX_CHARS || !printable) {
            throw bad("has the receipt '%s'; a receipt is 1..%d printable ASCII characters without blanks"
                    .formatted(Query.shown(handle), RECEIPT_MAX_CHARS));
        }
        return handle;
    }

    private static ProblemException bad(String whatIsWrong) {
        return Problem.of(
                        ProblemType.BAD_BODY,
                        "the body %s; expected a receipt as plain text or JSON string, or {\"receipts\":[\"...\"]}"
                                .formatted(whatIsWrong))
                .asException();
    }
}
