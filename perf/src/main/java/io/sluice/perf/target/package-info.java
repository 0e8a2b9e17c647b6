/**
 * Nodes to measure, as child processes: Sluice, a genuine Apache RocketMQ, a genuine Apache Kafka in KRaft mode.
 *
 * <p>Each starts on free ports in an empty directory, with the same heap and the same flush settings.
 */
package io.sluice.perf.target;
