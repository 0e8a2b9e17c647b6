package io.sluice.http.broken;

/** Breaks on purpose: half of a cycle, and a child that imports its parent. */
public final class Neighbour {
    io.sluice.mqtt.broken.BridgeThatReachesAround back;
    io.sluice.http.HttpConfig parent;
}
