package io.sluice.mqtt.topic;

import io.sluice.model.GroupName;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * {@code $share/name/filter}: a filter whose messages go to one of the sessions that share the name (MQTT-5.0 §4.8.2).
 *
 * <p>In the broker it is a consumer group on one native topic, so the filter's first level may be no wildcard. The group is
 * named {@code mqtt|name|filter}, each part with every byte that is no letter, digit, {@code -} or {@code _} written as
 * {@code %} and two upper-case hex digits: another name or another filter is another group.
 *
 * @param text as the client wrote it
 */
public record SharedFilter(String text, String shareName, TopicFilter filter) {
    private static final String PREFIX = "$share/";
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    /** Leaves room for the prefixes of the group's retry and dead-letter topics. */
    private static final int GROUP_MAX = 240;

    /** Whether the text asks for a shared subscription. */
    public static boolean isShared(String text) {
        return text.startsWith(PREFIX);
    }

    /** @throws IllegalTopicException when the text is no shared filter, or one that is not served here */
    public static SharedFilter parse(String text) {
        TopicText.check("filter", text);
        int slash = text.indexOf(TopicText.SEPARATOR, PREFIX.length());
        if (!isShared(text) || slash <= PREFIX.length()) {
            throw new IllegalTopicException(
                    "shared filter '%s' is not of the form $share/name/filter".formatted(TopicText.printable(text)));
        }
        String name = text.substring(PREFIX.length(), slash);
        if (name.indexOf('+') >= 0 || name.indexOf('#') >= 0) {
            throw new IllegalTopicException(
                    "share name '%s' has a wildcard; it may have none".formatted(TopicText.printable(name)));
        }
        TopicFilter filter = TopicFilter.parse(text.substring(slash + 1));
        if (filter.reachesEveryTopic() || filter.isServerOwned()) {
            throw new IllegalTopicException("shared filter '%s' begins with a wildcard or '$'; name its first level"
                    .formatted(TopicText.printable(text)));
        }
        SharedFilter shared = new SharedFilter(text, name, filter);
        if (shared.groupText().length() > GROUP_MAX) {
            throw new IllegalTopicException(
                    "shared filter starting '%s' makes a group name of %d characters; at most %d are allowed"
                            .formatted(
                                    TopicText.printable(text),
                                    shared.groupText().length(),
                                    GROUP_MAX));
        }
        return shared;
    }

    /** The consumer group that stands for all that share. */
    public GroupName group() {
        return new GroupName(groupText());
    }

    private String groupText() {
        return "mqtt|" + escaped(shareName) + "|" + escaped(filter.text());
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 8);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xFF);
            if (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
                escaped.append(c);
            } else {
                escaped.append('%').append(HEX.toHexDigits(b));
            }
        }
        return escaped.toString();
    }
}
