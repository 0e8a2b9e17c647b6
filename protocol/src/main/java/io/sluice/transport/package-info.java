/**
 * Request and answer over sockets: correlation, timeouts, one-way requests, back-pressure.
 *
 * <p>In: frames to send and handlers by request code. Out: answers, requests of the other side, ends of connections.
 * <br>Owner: a connection is confined to one event loop ({@link io.sluice.transport.IoThreads}); tables of connections
 * are concurrent maps. Ownership of bodies: {@link io.sluice.wire.frame.FrameBody}.
 * <br>Never here: what a code means.
 */
package io.sluice.transport;
