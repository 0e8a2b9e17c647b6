package io.sluice.mqtt.session;

import java.util.concurrent.Executor;

/**
 * The client of one session, and how to speak with it.
 *
 * @param loop runs tasks as the session does: on its event loop, later, ending the session at a violation
 */
record Client(ConnectRequest request, ClientLink link, Packets packets, Executor loop) {
    ProtocolVersion version() {
        return request.version();
    }
}
