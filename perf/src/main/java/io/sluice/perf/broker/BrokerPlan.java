package io.sluice.perf.broker;

import java.nio.file.Path;

/**
 * @param directory where stores are made, and deleted again
 * @param messages  per measured step of leases
 * @param timers    that wait at one time
 * @param bytes     of a body
 */
public record BrokerPlan(Path directory, int messages, int timers, int bytes) {}
