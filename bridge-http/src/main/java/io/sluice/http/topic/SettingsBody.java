package io.sluice.http.topic;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.sluice.http.channel.Json;
import io.sluice.http.channel.Problem;
import io.sluice.http.channel.ProblemException;
import io.sluice.http.channel.ProblemType;
import io.sluice.http.channel.Query;
import io.sluice.port.TopicCatalog.TopicSettings;
import java.io.IOException;

/**
 * Reads the body of a topic's {@code PUT}: an object with any of {@code queues} (both counts), {@code writeQueues},
 * {@code readQueues}, {@code readable}, {@code writable}. What is not mentioned stays as it was, or is as for a new topic.
 */
final class SettingsBody {
    static final int MAX_BYTES = 16 * 1024;

    private int writeQueues;
    private int readQueues;
    private boolean readable;
    private boolean writable;

    private SettingsBody(TopicSettings before) {
        writeQueues = before.writeQueues();
        readQueues = before.readQueues();
        readable = before.readable();
        writable = before.writable();
    }

    /** @param before what holds for members that are not mentioned */
    static TopicSettings read(byte[] body, TopicSettings before) {
        SettingsBody read = new SettingsBody(before);
        if (body.length > 0) {
            read.readFrom(body);
        }
        return new TopicSettings(read.writeQueues, read.readQueues, read.readable, read.writable);
    }

    private void readFrom(byte[] body) {
        try (JsonParser json = Json.FACTORY.createParser(body)) {
            json.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw bad("is not an object");
            }
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String member = json.currentName();
                json.nextToken();
                take(member, json);
            }
            if (json.nextToken() != null) {
                throw bad("goes on behind its object");
            }
        } catch (IOException broken) {
            throw bad("is not JSON");
        }
    }

    private void take(String member, JsonParser json) throws IOException {
        switch (member) {
            case "queues" -> {
                writeQueues = count(member, json);
                readQueues = writeQueues;
            }
            case "writeQueues" -> writeQueues = count(member, json);
            case "readQueues" -> readQueues = count(member, json);
            case "readable" -> readable = yesOrNo(member, json);
            case "writable" -> writable = yesOrNo(member, json);
            default -> throw bad("has the unknown member '%s'".formatted(Query.shown(member)));
        }
    }

    private static int count(String member, JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
                || json.getNumberType() != JsonParser.NumberType.INT
                || json.getIntValue() < 1
                || json.getIntValue() > TopicSettings.QUEUES_MAX) {
            throw bad("has '%s' that is not a whole number 1..%d".formatted(member, TopicSettings.QUEUES_MAX));
        }
        return json.getIntValue();
    }

    private static boolean yesOrNo(String member, JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_TRUE && json.currentToken() != JsonToken.VALUE_FALSE) {
            throw bad("has '%s' that is neither true nor false".formatted(member));
        }
        return json.getBooleanValue();
    }

    private static ProblemException bad(String whatIsWrong) {
        return Problem.of(
                        ProblemType.BAD_BODY,
                        "the body %s; expected an object with any of queues, writeQueues, readQueues, readable, writable"
                                .formatted(whatIsWrong))
                .asException();
    }
}
