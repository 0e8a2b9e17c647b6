/**
 * The MQTT door: MQTT 3.1.1 and 5.0 over TCP, in front of a {@link io.sluice.port.BrokerPort}.
 *
 * <p>In: a port and a configuration. Out: a listening door. Assembles the rooms below it: {@code topic} (names), {@code message}
 * (packets to messages and back), {@code deliver} (log to sessions), {@code session} (what a client may do), {@code channel}
 * (connections). What it promises and what it refuses: docs/doors/mqtt.md.
 */
package io.sluice.mqtt;
