package io.sluice.mqtt.session;

/** What is spoken on a connection. */
enum ProtocolVersion {
    /** Version 3.1.1: no properties, no reason codes; what cannot be said is said by closing. */
    V3,
    /** Version 5.0. */
    V5
}
