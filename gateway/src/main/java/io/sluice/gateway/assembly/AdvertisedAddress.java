package io.sluice.gateway.assembly;

import io.sluice.model.SluiceException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Collections;

/** The address that clients are told: given, or the one listened on, or the first of this machine. */
final class AdvertisedAddress {
    private AdvertisedAddress() {}

    static InetAddress of(String given, String bindAddress) {
        try {
            if (!given.isEmpty()) {
                return InetAddress.getByName(given);
            }
            InetAddress bound = InetAddress.getByName(bindAddress);
            return bound.isAnyLocalAddress() ? firstOfThisMachine() : bound;
        } catch (UnknownHostException unknown) {
            throw new SluiceException(
                    "'%s' is no address; give bindAddress and brokerIP1 as IP addresses or names that resolve"
                            .formatted(given.isEmpty() ? bindAddress : given),
                    unknown);
        }
    }

    /** Prefers IPv4, which every client understands; loopback when the machine has nothing else. */
    private static InetAddress firstOfThisMachine() {
        try {
            return Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
                    .flatMap(card -> Collections.list(card.getInetAddresses()).stream())
                    .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                    .min((left, right) -> Boolean.compare(right instanceof Inet4Address, left instanceof Inet4Address))
                    .orElseGet(InetAddress::getLoopbackAddress);
        } catch (SocketException failed) {
            throw new SluiceException(
                    "the addresses of this machine cannot be listed; give brokerIP1: " + failed.getMessage(), failed);
        }
    }
}
