/**
 * Which queues of a topic this member of a group takes, and when to ask again.
 *
 * <p>Owner: the client's clock thread owns the present shares of a group.
 * <br>In: routes, the members that a broker names, hints that either has changed. Out: queues taken and queues given up.
 * <br>Never here: reading the queues.
 */
package io.sluice.client.rebalance;
