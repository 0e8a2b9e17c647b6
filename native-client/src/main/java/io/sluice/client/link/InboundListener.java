package io.sluice.client.link;

import io.sluice.transport.Peer;
import io.sluice.wire.frame.Frame;

/** Is told of requests that servers send to this client. */
@FunctionalInterface
public interface InboundListener {

    /**
     * On the event loop of the connection; must not block. The body is valid during the call only.
     *
     * @param from the connection it came by, by which the server can be told something
     */
    void came(Frame request, Peer from);
}
