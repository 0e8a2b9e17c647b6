/**
 * Sessions: what a client may do, in which order, and what it is answered.
 *
 * <p>In: decoded packets, one after another. Out: sends to the port, subscriptions to the fan-out, packets to the connection.
 * <br>Owner: a session and everything in it belongs to the event loop of its connection; what completes elsewhere comes back
 * through {@link io.sluice.mqtt.session.ClientLink#execute}. {@link io.sluice.mqtt.session.SessionDirectory} is shared.
 * <br>A session lasts as long as its connection. Never here: sockets, bytes.
 * <br>Standard: MQTT-3.1.1 §3 and §4, MQTT-5.0 §3 and §4.
 */
package io.sluice.mqtt.session;
