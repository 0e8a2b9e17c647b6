/**
 * Shows what is in doubt at a running node, and decides on it by hand: units of work, half messages of transactions.
 *
 * <p>In: the address of an HTTP door, ids. Out: tables or lines of JSON, and whether everything was done. What is in doubt and what a
 * decision means is the broker's; here are only words for people.
 */
package io.sluice.gateway.doubt;
