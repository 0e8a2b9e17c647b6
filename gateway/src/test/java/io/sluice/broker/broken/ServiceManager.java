package io.sluice.broker.broken;

/** Breaks on purpose: a service that knows the wire, and a name that says nothing. */
final class ServiceManager {
    io.sluice.transport.Peer peer;
}
