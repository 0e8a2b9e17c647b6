package io.sluice.broker;

import io.sluice.model.Caller;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The address of a caller out of its text: {@code 10.0.0.1:4711} or {@code [::1]:4711}. Never asks a name service. */
final class CallerAddress {
    private static final Pattern V4 = Pattern.compile("/?([0-9]{1,3}(?:\\.[0-9]{1,3}){3}):([0-9]{1,5})");
    private static final Pattern V6 =
            Pattern.compile("/?\\[([0-9a-fA-F.]*:[0-9a-fA-F.:]*)(?:%[^\\]]*)?\\]:([0-9]{1,5})");
    private static final int BYTE_MAX = 255;
    private static final int PORT_MAX = 65_535;

    private CallerAddress() {}

    static Optional<InetSocketAddress> of(Caller caller) {
        Matcher v4 = V4.matcher(caller.address());
        if (v4.matches() && isV4(v4.group(1))) {
            return address(v4.group(1), v4.group(2));
        }
        Matcher v6 = V6.matcher(caller.address());
        return v6.matches() ? address(v6.group(1), v6.group(2)) : Optional.empty();
    }

    private static boolean isV4(String host) {
        for (String part : host.split("\\.")) {
            if (Integer.parseInt(part) > BYTE_MAX) {
                return false;
            }
        }
        return true;
    }

    /** @param host a literal, or a text with a colon, which is never looked up */
    private static Optional<InetSocketAddress> address(String host, String port) {
        try {
            int number = Integer.parseInt(port);
            return number > PORT_MAX
                    ? Optional.empty()
                    : Optional.of(new InetSocketAddress(InetAddress.getByName(host), number));
        } catch (UnknownHostException notALiteral) {
            return Optional.empty();
        }
    }
}
