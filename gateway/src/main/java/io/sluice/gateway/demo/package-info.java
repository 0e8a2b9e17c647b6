/**
 * Shows every door passing messages to every other, against a running node.
 *
 * <p>In: addresses of a node. Out: a table, sender door by receiver door. Each door is used as an application would use
 * it: the native client, a JMS program, an MQTT 5 client, HTTP calls.
 */
package io.sluice.gateway.demo;
