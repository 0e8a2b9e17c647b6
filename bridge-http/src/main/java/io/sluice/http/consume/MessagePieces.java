package io.sluice.http.consume;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sluice.http.channel.BodySource.Piece;
import io.sluice.http.channel.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * A JSON object whose member {@code messages} is a long array, written in pieces: at least one message per piece, and more
 * as long as the piece is small. Confined to one thread at a time.
 */
final class MessagePieces {
    private static final int PIECE_BYTES = 64 * 1024;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(4096);
    private final JsonGenerator json;
    private final int count;
    private final OneMessage message;
    private final Json.Writing tail;
    private int next;

    @FunctionalInterface
    interface OneMessage {
        void write(JsonGenerator json, int index) throws IOException;
    }

    /** @param tail writes the members after {@code messages} */
    MessagePieces(int count, OneMessage message, Json.Writing tail) {
        this.count = count;
        this.message = message;
        this.tail = tail;
        try {
            this.json = Json.FACTORY.createGenerator(bytes);
            json.writeStartObject();
            json.writeArrayFieldStart("messages");
        } catch (IOException impossible) {
            throw new UncheckedIOException("writing JSON to memory failed", impossible);
        }
    }

    Piece next() {
        try {
            while (next < count && bytes.size() < PIECE_BYTES) {
                message.write(json, next++);
                json.flush();
            }
            boolean last = next == count;
            if (last) {
                json.writeEndArray();
                tail.to(json);
                json.writeEndObject();
                json.close();
            }
            ByteBuffer piece = ByteBuffer.wrap(bytes.toByteArray());
            bytes.reset();
            return new Piece(piece, last);
        } catch (IOException impossible) {
            throw new UncheckedIOException("writing JSON to memory failed", impossible);
        }
    }
}
