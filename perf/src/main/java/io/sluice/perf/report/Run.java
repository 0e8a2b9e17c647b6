package io.sluice.perf.report;

import io.sluice.perf.worker.Measured;

/**
 * One run of one contestant.
 *
 * @param contestant for a person
 * @param id         of the contestant, for file names
 */
public record Run(String scenario, String contestant, String id, Measured measured) {}
