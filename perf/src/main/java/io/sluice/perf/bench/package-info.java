/**
 * Micro-benchmarks of single steps of the node, run by {@code sluice perf jmh}.
 *
 * <p>Owner: JMH. In: a pattern. Out: its table. Never here: a whole node, or a client.
 */
package io.sluice.perf.bench;
