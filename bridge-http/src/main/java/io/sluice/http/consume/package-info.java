/**
 * Getting messages: leased pulls and their settlement, browsing, live streams, and the one JSON form of a message.
 *
 * <p>In: {@link io.sluice.http.channel.Call}s. Out: leases, settlements, fetches and tails asked of the port; JSON.
 * <br>Memory of the broker is held only while its messages are being written. Never here: positions of groups, which the
 * broker owns.
 */
package io.sluice.http.consume;
