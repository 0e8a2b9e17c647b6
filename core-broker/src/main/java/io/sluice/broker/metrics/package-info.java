/**
 * Counts of this broker: what was stored, what was read, by topic and by group, and how fast.
 *
 * <p>Owner: counters that any thread may raise; one step per second looks at them and keeps a day of history. In: counts
 * from the services. Out: sums and rates. Never here: how a tool wants to see them.
 */
package io.sluice.broker.metrics;
