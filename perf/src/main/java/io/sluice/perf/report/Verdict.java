package io.sluice.perf.report;

/**
 * A goal beside what was measured.
 *
 * @param goal     what is aimed at, in a few words
 * @param measured the same quantity, as it is
 * @param reached  whether that is enough
 */
public record Verdict(String goal, String measured, boolean reached) {
    String word() {
        return reached ? "reached" : "missed";
    }
}
