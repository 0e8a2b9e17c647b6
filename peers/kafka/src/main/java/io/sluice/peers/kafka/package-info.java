/** Loads through Apache Kafka's own client. The server comes from the same libraries. */
package io.sluice.peers.kafka;
