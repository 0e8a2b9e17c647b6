/**
 * The broker's services in process, through its port and without any door: leases against plain reading, and messages with a
 * time of delivery.
 *
 * <p>In: a directory on the disk to measure. Out: one {@link io.sluice.perf.store.Figure} per line.
 */
package io.sluice.perf.broker;
