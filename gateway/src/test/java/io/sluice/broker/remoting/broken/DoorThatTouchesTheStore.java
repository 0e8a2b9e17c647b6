package io.sluice.broker.remoting.broken;

/** Breaks on purpose: the native door touches no store. */
final class DoorThatTouchesTheStore {
    io.sluice.store.MessageStore store;
}
