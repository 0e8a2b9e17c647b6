package io.sluice.client.remote;

import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A lease that a broker of another make gave by POP. As text it is {@code pop~} and, in URL-safe Base64, group, topic, log
 * offset, attempt and the broker's own handle, with blanks between: names have none, and the handle comes last.
 *
 * @param topic     that was asked for
 * @param logOffset of the message
 * @param attempt   1 for the first delivery
 * @param handle    eight fields: start offset, time of the lease, its duration, revive queue, kind of the topic it was taken
 *                  from, broker, queue, offset
 */
record PopReceipt(GroupName group, TopicName topic, long logOffset, int attempt, String handle) {
    private static final String PREFIX = "pop~";
    private static final int HANDLE_FIELDS = 8;
    private static final int TIME = 1;
    private static final int DURATION = 2;
    private static final int KIND = 4;
    private static final int BROKER = 5;
    private static final int QUEUE = 6;
    private static final int OFFSET = 7;

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");
    private static final Pattern QUEUE_NUMBER = Pattern.compile("[0-9]{1,9}");

    PopReceipt {
        if (!isHandle(handle)) {
            throw new IllegalArgumentException(
                    "'%s' is no handle of a lease: expected %d fields, times, queue and offset in digits"
                            .formatted(handle, HANDLE_FIELDS));
        }
    }

    /** Whether it can be the handle of a lease; a message may carry anything under that name. */
    static boolean isHandle(String text) {
        String[] fields = text.split(" ");
        return fields.length == HANDLE_FIELDS
                && NUMBER.matcher(fields[TIME]).matches()
                && NUMBER.matcher(fields[DURATION]).matches()
                && QUEUE_NUMBER.matcher(fields[QUEUE]).matches()
                && NUMBER.matcher(fields[OFFSET]).matches();
    }

    static boolean isOne(String text) {
        return text.startsWith(PREFIX);
    }

    /** Empty when it is not a receipt of this kind. */
    static Optional<PopReceipt> parse(String text) {
        if (!isOne(text)) {
            return Optional.empty();
        }
        try {
            String[] parts = new String(
                            Base64.getUrlDecoder().decode(text.substring(PREFIX.length())), StandardCharsets.UTF_8)
                    .split(" ", 5);
            return parts.length < 5
                    ? Optional.empty()
                    : Optional.of(new PopReceipt(
                            new GroupName(parts[0]),
                            new TopicName(parts[1]),
                            Long.parseLong(parts[2]),
                            Integer.parseInt(parts[3]),
                            parts[4]));
        } catch (IllegalArgumentException altered) {
            return Optional.empty();
        }
    }

    String text() {
        return PREFIX
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString("%s %s %d %d %s"
                                .formatted(group, topic, logOffset, attempt, handle)
                                .getBytes(StandardCharsets.UTF_8));
    }

    private String field(int index) {
        return handle.split(" ")[index];
    }

    String brokerName() {
        return field(BROKER);
    }

    int queueId() {
        return Integer.parseInt(field(QUEUE));
    }

    long offset() {
        return Long.parseLong(field(OFFSET));
    }

    /** By the broker's clock, epoch milliseconds. */
    long endsAtMs() {
        return Long.parseLong(field(TIME)) + Long.parseLong(field(DURATION));
    }

    /** The topic that the message was taken from: the broker puts what was not settled into one of its own. */
    String heldIn() {
        return switch (field(KIND)) {
            case "1" -> "%RETRY%" + group + "_" + topic;
            case "2" -> "%RETRY%" + group + "+" + topic;
            default -> topic.value();
        };
    }

    /** The same message under another lease. */
    PopReceipt renewed(long timeMs, long durationMs, int reviveQueue) {
        return new PopReceipt(
                group,
                topic,
                logOffset,
                attempt,
                "%d %d %d %d %s %s %d %d"
                        .formatted(
                                offset(),
                                timeMs,
                                durationMs,
                                reviveQueue,
                                field(KIND),
                                brokerName(),
                                queueId(),
                                offset()));
    }
}
