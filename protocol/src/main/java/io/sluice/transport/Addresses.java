package io.sluice.transport;

import java.net.InetSocketAddress;

/** Addresses as the protocol writes them: {@code host:port}, the last colon splits. */
public final class Addresses {
    private static final int PORT_MAX = 65_535;

    private Addresses() {}

    /**
     * The host is looked up when it is a name.
     *
     * @throws RemotingException with reason CONNECT_FAILED when the text is no address
     */
    public static InetSocketAddress parse(String address) {
        int colon = address.lastIndexOf(':');
        if (colon > 0 && colon < address.length() - 1) {
            String host = address.substring(0, colon);
            int port = portOf(address.substring(colon + 1));
            if (port >= 0) {
                return new InetSocketAddress(host.startsWith("[") ? host.substring(1, host.length() - 1) : host, port);
            }
        }
        throw new RemotingException(
                RemotingException.Reason.CONNECT_FAILED,
                "address '%s' is not of the form host:port with a port of 0..%d".formatted(address, PORT_MAX));
    }

    private static int portOf(String digits) {
        if (digits.length() > 5 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        int port = Integer.parseInt(digits);
        return port <= PORT_MAX ? port : -1;
    }

    /** {@code 10.0.0.1:10911}, without a name or a slash. */
    public static String text(InetSocketAddress address) {
        String host = address.getAddress() == null
                ? address.getHostString()
                : address.getAddress().getHostAddress();
        return host + ":" + address.getPort();
    }
}
