/**
 * Connections: the listening port, the pipeline, and which packet goes to which verb of a session.
 *
 * <p>In: bytes. Out: packets, one after another, to the session of the connection; bytes of the packets it writes.
 * <br>Owner: each connection belongs to one event loop ({@code mqtt-io-N}), with everything that hangs on it.
 * <br>Never here: what a packet means.
 */
package io.sluice.mqtt.channel;
