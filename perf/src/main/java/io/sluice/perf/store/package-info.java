/**
 * The store alone, in process, without any door: appends against the limits of memory and disk, a large backlog, opening
 * after a kill, many queues, messages that wait for their time.
 *
 * <p>In: a directory on the disk to measure. Out: one {@link io.sluice.perf.store.Figure} per line. Stores that are killed
 * live in processes of their own ({@link io.sluice.perf.store.FillerMain}).
 */
package io.sluice.perf.store;
