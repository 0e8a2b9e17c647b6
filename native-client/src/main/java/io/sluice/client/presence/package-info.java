/**
 * Tells brokers that the groups of this client live: heartbeats, and the word that a group leaves.
 *
 * <p>Owner: {@code Heartbeats} owns the list of groups and the brokers that must be told anew.
 * <br>In: groups that come and go, connections that end. Out: heartbeats to every broker of the routes in use.
 * <br>Never here: which member takes which queue.
 */
package io.sluice.client.presence;
