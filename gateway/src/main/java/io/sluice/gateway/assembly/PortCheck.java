package io.sluice.gateway.assembly;

import io.sluice.model.SluiceException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/**
 * Looks whether the ports of a node are free before anything else is touched, so that a node which cannot start leaves its
 * store alone. Somebody may still take a port between this look and the real bind; then the start fails there.
 */
final class PortCheck {
    private PortCheck() {}

    /** @throws SluiceException when the port is taken or the address is none of this machine */
    static void isFree(String bindAddress, String key, int port) {
        if (port == 0) {
            return;
        }
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(bindAddress, port));
        } catch (IOException taken) {
            throw new SluiceException(
                    "cannot listen on %s:%d (%s): %s; stop what listens there or choose another with -D %s=..."
                            .formatted(bindAddress, port, key, taken.getMessage(), key),
                    taken);
        }
    }
}
