/**
 * Who is connected, to which groups they belong, what they subscribe to, and which ordered queues they have locked.
 *
 * <p>Owner: each table guards its state with its own lock; readers see immutable snapshots. In: heartbeats, farewells and
 * the end of connections. Out: snapshots, and a word to the members when their group changed.
 * <br>Never here: how a heartbeat looks on the wire, offsets, messages.
 */
package io.sluice.broker.group;
