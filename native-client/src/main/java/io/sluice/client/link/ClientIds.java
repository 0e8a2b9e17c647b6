package io.sluice.client.link;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collections;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What tells this client from all others: {@code address@process#start#number}. */
public final class ClientIds {
    private static final Logger log = LoggerFactory.getLogger(ClientIds.class);
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private ClientIds() {}

    /** A new id; two clients of one process get two. */
    public static String next() {
        return withInstance(
                "%d#%d#%d".formatted(ProcessHandle.current().pid(), System.nanoTime(), NUMBER.incrementAndGet()));
    }

    /** An id with an instance name of the user's choice, which must be unique on this machine. */
    public static String withInstance(String instance) {
        return address().getHostAddress() + "@" + instance;
    }

    /** An address of this machine that others may see, IPv4 if there is one; the loopback address when there is no other. */
    public static InetAddress address() {
        InetAddress found = null;
        try {
            for (NetworkInterface port : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                if (!port.isUp() || port.isLoopback()) {
                    continue;
                }
                for (InetAddress address : Collections.list(port.getInetAddresses())) {
                    if (address.isLinkLocalAddress() || address.isLoopbackAddress()) {
                        continue;
                    }
                    if (address instanceof Inet4Address) {
                        return address;
                    }
                    found = found == null ? address : found;
                }
            }
        } catch (SocketException unreadable) {
            log.debug(
                    "the addresses of this machine cannot be read, ids carry the loopback address: {}",
                    unreadable.toString());
        }
        return found == null ? InetAddress.getLoopbackAddress() : found;
    }
}
