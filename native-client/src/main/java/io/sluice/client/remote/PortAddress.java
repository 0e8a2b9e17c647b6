package io.sluice.client.remote;

import io.sluice.model.SluiceException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * {@code sluice://host:port[,host:port]?option=value&option=value} taken apart. The hosts are name servers; a host without
 * a port means port 9876, an IPv6 address stands in brackets and, by
 * the grammar of addresses, alone. Options are percent-encoded.
 */
record PortAddress(List<String> nameServers, Map<String, String> options) {
    static final String SCHEME = "sluice";
    private static final int DEFAULT_PORT = 9876;

    /** @throws BadAddressException when the address is not of this form */
    static PortAddress parse(URI address) {
        if (!SCHEME.equalsIgnoreCase(address.getScheme()) || address.getRawAuthority() == null) {
            throw new BadAddressException(
                    "'%s' is no broker address; expected sluice://host:port[,host:port]?option=value"
                            .formatted(address));
        }
        if (address.getRawPath() != null
                && !address.getRawPath().isEmpty()
                && !address.getRawPath().equals("/")) {
            throw new BadAddressException(
                    "broker address '%s' has a path; a broker address ends after the last host:port or with ?option=value"
                            .formatted(address));
        }
        List<String> servers = new ArrayList<>();
        for (String part : address.getRawAuthority().split(",", -1)) {
            servers.add(withPort(part.trim(), address));
        }
        return new PortAddress(List.copyOf(servers), optionsOf(address));
    }

    private static String withPort(String server, URI address) {
        int afterBracket = server.lastIndexOf(']');
        int colon = server.lastIndexOf(':');
        if (server.isEmpty() || colon == 0) {
            throw new BadAddressException("broker address '%s' has an empty host".formatted(address));
        }
        if (colon <= afterBracket) {
            return server + ":" + DEFAULT_PORT;
        }
        String port = server.substring(colon + 1);
        if (!port.matches("\\d{1,5}") || Integer.parseInt(port) < 1 || Integer.parseInt(port) > 65_535) {
            throw new BadAddressException(
                    "broker address '%s' has port '%s'; expected 1..65535".formatted(address, port));
        }
        return server;
    }

    private static Map<String, String> optionsOf(URI address) {
        Map<String, String> options = new LinkedHashMap<>();
        String query = address.getRawQuery();
        if (query == null || query.isEmpty()) {
            return options;
        }
        for (String pair : query.split("&")) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new BadAddressException(
                        "option '%s' in broker address is not of the form name=value".formatted(decoded(pair)));
            }
            String name = decoded(pair.substring(0, equals));
            if (options.putIfAbsent(name, decoded(pair.substring(equals + 1))) != null) {
                throw new BadAddressException("option '%s' stands twice in the broker address".formatted(name));
            }
        }
        return options;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException badEscape) {
            throw new BadAddressException("'%s' in broker address has a bad percent escape".formatted(text));
        }
    }

    /** @throws BadAddressException naming the nearest known option when one is unknown */
    void refuseUnknown(TreeSet<String> known) {
        for (String name : options.keySet()) {
            if (!known.contains(name)) {
                throw new BadAddressException("unknown option '%s' in broker address; did you mean '%s'? Known are %s"
                        .formatted(name, nearest(name, known), String.join(", ", known)));
            }
        }
    }

    private static String nearest(String name, TreeSet<String> known) {
        String best = known.first();
        int bestDistance = Integer.MAX_VALUE;
        for (String candidate : known) {
            int distance = distance(name.toLowerCase(), candidate.toLowerCase());
            if (distance < bestDistance) {
                bestDistance = distance;
                best = candidate;
            }
        }
        return best;
    }

    /** Levenshtein distance: insertions, deletions and replacements that turn one text into the other. */
    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replace = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replace, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }

    /** The address cannot be used; the message says why and what was expected. */
    static final class BadAddressException extends SluiceException {
        private static final long serialVersionUID = 1L;

        BadAddressException(String message) {
            super(message);
        }
    }
}
