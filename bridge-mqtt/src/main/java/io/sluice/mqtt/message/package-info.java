/**
 * Application messages: from packets to values, and from values to messages of the log and back.
 *
 * <p>In: decoded PUBLISH and CONNECT packets, slices of the log. Out: {@link io.sluice.model.Message}s to store,
 * PUBLISH packets to write. Everything here is a value or a pure function. Never here: sessions, sockets, the port.
 * <br>Standard: MQTT-5.0 §3.3. Mapping: docs/doors/mqtt.md.
 */
package io.sluice.mqtt.message;
