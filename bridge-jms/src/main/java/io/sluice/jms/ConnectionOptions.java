package io.sluice.jms;

import io.sluice.jms.deliver.DeliveryLimits;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the URL of a connection factory says. Options that begin with {@code jms.} are this provider's, all else is passed
 * on to the connector that opens the broker.
 *
 * @param broker   the address without this provider's options
 * @param clientId identifier of the connections, if it is administered
 * @param timeout  how long the broker may take to answer one call
 */
record ConnectionOptions(URI broker, Optional<String> clientId, Duration timeout, DeliveryLimits limits) {
    private static final String PREFIX = "jms.";
    private static final Set<String> KNOWN = Set.of(
            "jms.clientId",
            "jms.timeout",
            "jms.prefetch",
            "jms.lease",
            "jms.topicMessages",
            "jms.topicBytes",
            "jms.unacknowledged",
            "jms.asyncSends");
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    /** @throws IllegalArgumentException when it is no URL, or an option is unknown or out of range */
    static ConnectionOptions parse(String url) {
        if (url == null || url.isBlank()) {
            throw new IllegalArgumentException(
                    "the broker URL is empty; expected sluice://host:port[,host:port]?option=value");
        }
        int question = url.indexOf('?');
        Map<String, String> ours = new LinkedHashMap<>();
        List<String> passedOn = new ArrayList<>();
        for (String pair :
                question < 0 ? new String[0] : url.substring(question + 1).split("&")) {
            if (pair.startsWith(PREFIX)) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                if (!KNOWN.contains(name)) {
                    throw new IllegalArgumentException("option '%s' is unknown; known are %s"
                            .formatted(name, KNOWN.stream().sorted().toList()));
                }
                ours.put(name, equals < 0 ? "" : URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            } else if (!pair.isEmpty()) {
                passedOn.add(pair);
            }
        }
        String address = question < 0 ? url : url.substring(0, question);
        return new ConnectionOptions(
                uri(passedOn.isEmpty() ? address : address + "?" + String.join("&", passedOn)),
                Optional.ofNullable(ours.get("jms.clientId")).filter(id -> !id.isEmpty()),
                duration(ours, "jms.timeout", TIMEOUT),
                limits(ours));
    }

    private static DeliveryLimits limits(Map<String, String> ours) {
        DeliveryLimits usual = DeliveryLimits.DEFAULT;
        return new DeliveryLimits(
                number(ours, "jms.prefetch", usual.prefetch()),
                duration(ours, "jms.lease", usual.leaseFor()),
                number(ours, "jms.topicMessages", usual.topicMessages()),
                number(ours, "jms.topicBytes", (int) usual.topicBytes()),
                number(ours, "jms.unacknowledged", usual.unacknowledged()),
                number(ours, "jms.asyncSends", usual.asyncSends()));
    }

    private static URI uri(String address) {
        try {
            return new URI(address);
        } catch (URISyntaxException malformed) {
            throw new IllegalArgumentException(
                    "broker URL is malformed at character %d; expected sluice://host:port[,host:port]?option=value"
                            .formatted(malformed.getIndex()),
                    malformed);
        }
    }

    private static int number(Map<String, String> ours, String name, int usual) {
        String text = ours.get(name);
        if (text == null) {
            return usual;
        }
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(
                    "option %s is '%s'; expected a whole number".formatted(name, text), notANumber);
        }
    }

    private static Duration duration(Map<String, String> ours, String name, Duration usual) {
        String text = ours.get(name);
        if (text == null) {
            return usual;
        }
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "option %s is '%s'; expected a duration such as 500ms, 20s, 5m, 2h, 3d".formatted(name, text));
        }
        long amount = Long.parseLong(matcher.group(1));
        Duration duration =
                switch (matcher.group(2)) {
                    case "ms" -> Duration.ofMillis(amount);
                    case "s" -> Duration.ofSeconds(amount);
                    case "m" -> Duration.ofMinutes(amount);
                    case "h" -> Duration.ofHours(amount);
                    default -> Duration.ofDays(amount);
                };
        if (duration.isZero()) {
            throw new IllegalArgumentException("option %s is zero; expected at least 1ms".formatted(name));
        }
        return duration;
    }
}
