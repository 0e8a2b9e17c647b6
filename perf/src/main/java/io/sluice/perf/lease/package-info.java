/**
 * Leases against plain pulls over the wire: one client drains the same backlogs in both ways, in turns, at one node.
 *
 * <p>In: the address of a node that runs. Out: one {@link io.sluice.perf.store.Figure} per line.
 */
package io.sluice.perf.lease;
