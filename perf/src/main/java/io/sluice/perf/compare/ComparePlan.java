package io.sluice.perf.compare;

import java.nio.file.Path;

/**
 * How long and where a comparison runs.
 *
 * @param root           source tree, with the built peers
 * @param home           Sluice's distribution
 * @param java           program that runs nodes and clients
 * @param workDirectory  existing directory for the data of nodes, on the disk to measure
 * @param heapMb         of each broker and each client
 * @param rounds         runs of each contestant
 * @param backlogDivisor makes backlogs smaller for a first look
 * @param memoryInUse    whether the free memory is filled before each run
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
        int backlogDivisor,
        boolean memoryInUse) {
    /** Of the topic that a load creates. */
    static final int QUEUES = 4;

    public ComparePlan {
        if (rounds < 1 || warmUpSeconds < 0 || seconds < 1 || heapMb < 64 || backlogDivisor < 1) {
            throw new IllegalArgumentException(
                    "--rounds %d and --seconds %d must be at least 1, --warmup %d not negative, --heap %d at least 64"
                            .formatted(rounds, seconds, warmUpSeconds, heapMb));
        }
    }
}
