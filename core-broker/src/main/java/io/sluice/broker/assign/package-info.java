/**
 * Which queues of a topic a client of a group takes, and whether it pulls or pops them, for clients that let the broker
 * decide.
 *
 * <p>Owner: the mode table owns what administrators set. In: members of groups, routes of topics. Out: queues for one client.
 * Never here: what is read from a queue.
 */
package io.sluice.broker.assign;
