package io.sluice.broker.remoting;

import java.net.InetSocketAddress;

/** Addresses as the protocol writes them. */
final class Addresses {
    private Addresses() {}

    /** {@code ip:port}, never a name. */
    static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }
}
