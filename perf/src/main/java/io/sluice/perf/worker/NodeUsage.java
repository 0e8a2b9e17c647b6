package io.sluice.perf.worker;

/** What the processes of a node have used up to now. */
@FunctionalInterface
public interface NodeUsage {
    /** For a node on another machine: nothing is known. */
    NodeUsage UNKNOWN = () -> new Sample(0, 0, 0);

    Sample sample();

    /**
     * @param cpuNanos       processor time
     * @param allocatedBytes on the heap, by threads that live now
     * @param residentBytes  in RAM now, file mappings included
     */
    record Sample(long cpuNanos, long allocatedBytes, long residentBytes) {
        Sample since(Sample earlier) {
            return new Sample(cpuNanos - earlier.cpuNanos, allocatedBytes - earlier.allocatedBytes, residentBytes);
        }
    }
}
