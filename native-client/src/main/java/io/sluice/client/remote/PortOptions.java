package io.sluice.client.remote;

import io.sluice.client.link.ClientIds;
import io.sluice.client.link.LinkConfig;
import io.sluice.client.remote.PortAddress.BadAddressException;
import io.sluice.client.route.RouteConfig;
import io.sluice.client.send.SendConfig;
import io.sluice.model.GroupName;
import io.sluice.wire.message.Compression;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The options of a {@code sluice://} address. Durations are {@code 500ms}, {@code 20s}, {@code 5m}, {@code 2h}; sizes are
 * bytes.
 *
 * <table>
 * <caption>options</caption>
 * <tr><td>{@code instanceName}</td><td>a new one</td><td>part of the client id; unique on the machine</td></tr>
 * <tr><td>{@code ioThreads}</td><td>1</td><td>event loops, 1..64</td></tr>
 * <tr><td>{@code connectTimeout}</td><td>3s</td><td>for making a connection</td></tr>
 * <tr><td>{@code requestTimeout}</td><td>3s</td><td>for answers other than to sends and waiting reads</td></tr>
 * <tr><td>{@code routeRefresh}</td><td>30s</td><td>how often routes in use are asked for again</td></tr>
 * <tr><td>{@code freshTopicQueues}</td><td>4</td><td>queues asked for when a send creates its topic</td></tr>
 * <tr><td>{@code sendTimeout}</td><td>3s</td><td>for a send with all its tries</td></tr>
 * <tr><td>{@code sendRetries}</td><td>2</td><td>further tries of a send that may go to any queue</td></tr>
 * <tr><td>{@code maxMessageBytes}</td><td>4194304</td><td>largest body</td></tr>
 * <tr><td>{@code inFlightBytes}</td><td>67108864</td><td>bytes of sends under way; more are refused</td></tr>
 * </table>
 */
final class PortOptions {
    private static final String GROUP = "SLUICE_PORT";
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");
    private static final TreeSet<String> KNOWN = new TreeSet<>(List.of(
            "instanceName",
            "ioThreads",
            "connectTimeout",
            "requestTimeout",
            "routeRefresh",
            "freshTopicQueues",
            "sendTimeout",
            "sendRetries",
            "maxMessageBytes",
            "inFlightBytes"));

    private final Map<String, String> given;

    private PortOptions(Map<String, String> given) {
        this.given = given;
    }

    /** @throws BadAddressException when the address or one of its options cannot be used */
    static RemotePortConfig resolve(URI uri) {
        PortAddress address = PortAddress.parse(uri);
        address.refuseUnknown(KNOWN);
        PortOptions options = new PortOptions(address.options());
        try {
            return options.resolve(address);
        } catch (IllegalArgumentException outOfRange) {
            throw new BadAddressException("broker address '%s': %s".formatted(uri, outOfRange.getMessage()));
        }
    }

    private RemotePortConfig resolve(PortAddress address) {
        String instance = given.get("instanceName");
        LinkConfig link = new LinkConfig(
                address.nameServers(),
                instance == null ? ClientIds.next() : ClientIds.withInstance(instance),
                number("ioThreads", 1),
                duration("connectTimeout", LinkConfig.CONNECT_TIMEOUT),
                duration("requestTimeout", LinkConfig.REQUEST_TIMEOUT));
        RouteConfig routes = new RouteConfig(
                duration("routeRefresh", RouteConfig.DEFAULT.refresh()),
                number("freshTopicQueues", RouteConfig.DEFAULT.freshQueues()));
        SendConfig sends = new SendConfig(
                new GroupName(GROUP),
                duration("sendTimeout", SendConfig.TIMEOUT),
                number("sendRetries", SendConfig.RETRIES),
                number("maxMessageBytes", SendConfig.MAX_MESSAGE_BYTES),
                SendConfig.NEVER,
                Compression.ZLIB,
                SendConfig.COMPRESSION_LEVEL,
                number("inFlightBytes", SendConfig.IN_FLIGHT_BYTES),
                Math.min(SendConfig.BATCH_BYTES, number("maxMessageBytes", SendConfig.MAX_MESSAGE_BYTES)),
                Duration.ZERO,
                false);
        return new RemotePortConfig(link, routes, sends);
    }

    private int number(String name, int absent) {
        String text = given.get(name);
        if (text == null) {
            return absent;
        }
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException("option %s=%s is not a whole number".formatted(name, text));
        }
    }

    private Duration duration(String name, Duration absent) {
        String text = given.get(name);
        if (text == null) {
            return absent;
        }
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "option %s=%s is not a duration; expected 500ms, 20s, 5m or 2h".formatted(name, text));
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
        };
    }
}
