package io.sluice.wire.message;

import io.sluice.model.IllegalNameException;
import io.sluice.model.TopicName;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * What a sender of a timed message is given to call it back: URL-safe Base64 of {@code v1 topic broker dueAtMs uniqueKey}.
 *
 * @param dueAtMs epoch milliseconds
 */
public record RecallHandle(TopicName topic, String brokerName, long dueAtMs, String uniqueKey) {
    private static final String VERSION = "v1";
    private static final int FIELDS = 5;
    private static final int CHARS_MAX = 4096;

    public String text() {
        String plain = String.join(" ", VERSION, topic.value(), brokerName, Long.toString(dueAtMs), uniqueKey);
        return Base64.getUrlEncoder().encodeToString(plain.getBytes(StandardCharsets.UTF_8));
    }

    /** @throws IllegalArgumentException when the text is no handle; says why */
    public static RecallHandle parse(String text) {
        if (text.length() > CHARS_MAX) {
            throw invalid("it has more than %d characters".formatted(CHARS_MAX));
        }
        try {
            String plain = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
            String[] fields = plain.split(" ", -1);
            if (fields.length != FIELDS || !fields[0].equals(VERSION) || fields[4].isEmpty()) {
                throw invalid("it does not hold version, topic, broker, time and key");
            }
            return new RecallHandle(new TopicName(fields[1]), fields[2], Long.parseLong(fields[3]), fields[4]);
        } catch (IllegalNameException | NumberFormatException wrong) {
            throw invalid(wrong.getMessage());
        }
    }

    private static IllegalArgumentException invalid(String why) {
        return new IllegalArgumentException(
                "recall handle is invalid (%s); give the handle of the send answer unchanged".formatted(why));
    }
}
