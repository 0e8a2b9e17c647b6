package io.sluice.perf.worker;

import io.sluice.perf.measure.Result;

/**
 * A result with what it cost.
 *
 * @param clientCpuNanos processor time of the process that loaded
 * @param node           what the node used in the measured time; zeros when it is not on this machine
 */
public record Measured(Result result, long clientCpuNanos, NodeUsage.Sample node) {

    /** Microseconds of the node per message. */
    public double nodeMicros() {
        return perMessage(node.cpuNanos() / 1e3);
    }

    public double clientMicros() {
        return perMessage(clientCpuNanos / 1e3);
    }

    public double allocatedPerMessage() {
        return perMessage(node.allocatedBytes());
    }

    public double allocatedMbPerSecond() {
        return node.allocatedBytes() / 1e6 / result.seconds();
    }

    private double perMessage(double total) {
        return result.messages() == 0 ? 0 : total / result.messages();
    }
}
