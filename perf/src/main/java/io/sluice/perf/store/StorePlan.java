package io.sluice.perf.store;

import java.nio.file.Path;

/**
 * @param directory where stores are made, and deleted again
 * @param messages  of the backlog
 * @param bytes     of a body in the backlog
 * @param logBytes  length of the log that is opened after a kill
 * @param topics    with four queues each, where there are very many
 * @param java      the program that runs child processes
 */
public record StorePlan(Path directory, long messages, int bytes, long logBytes, int topics, Path java) {}
