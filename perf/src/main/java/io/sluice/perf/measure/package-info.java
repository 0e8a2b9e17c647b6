/**
 * Running a load and timing it: as fast as a bound in flight allows, or at a fixed rate.
 *
 * <p>In: operations that say when they are done. Out: rates and latency histograms. At a fixed rate the latency of an
 * operation counts from the moment it was due, so that a stall is seen by all that it delayed.
 */
package io.sluice.perf.measure;
