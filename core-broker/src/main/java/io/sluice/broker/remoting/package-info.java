/**
 * The native door: requests of the RocketMQ remoting protocol to services, and what they answer back.
 *
 * <p>Owner: connections belong to their event loops; handlers keep nothing but what hangs on a connection. In: frames by
 * request code. Out: frames. {@code RemotingDoor} is the table of what is answered, by whom, on which lane.
 * <br>Mapping and limits: docs/doors/remoting.md. Never here: what may be done, where things are kept.
 */
package io.sluice.broker.remoting;
