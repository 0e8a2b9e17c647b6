/**
 * One load in a process of its own, with the class path of its client alone.
 *
 * <p>{@link io.sluice.perf.worker.WorkerMain} runs there, {@link io.sluice.perf.worker.WorkerProcess} starts it and
 * listens: lines on standard output say when measuring begins and ends, and what was measured.
 */
package io.sluice.perf.worker;
