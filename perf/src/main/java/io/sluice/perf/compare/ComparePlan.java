package io.sluice.perf.compare;

import java.nio.file.Path;

/**
 * How long and where a comparison runs.
 *
 * @param root              source tree, with the built peers
 * @param home              Sluice's distribution
 * @param java              program that runs nodes and clients
 * @param workDirectory     existing directory for the data of nodes, on the disk to measure
 * @param heapMb            of each broker and each client
 * @param rounds            runs of each contestant
 * @param drainMessagesPart messages of a backlog for each million in the scenario
 */
public record ComparePlan(
        Path root,
        Path home,
        Path java,
        Path workDirectory,
        int heapMb,
        int rounds,
        int warmUpSeconds,
        int seconds,
        int drainMessagesPart) {}
