/**
 * The client's connections: one to each address it talks to, the choice of a name server, and the clock by which everything
 * periodic runs.
 *
 * <p>Owner: {@code ClusterLink} owns the event loops, the connections and the {@code sluice-client-clock} thread.
 * <br>In: requests with an address and a time limit. Out: answers, or a failure that says whether the request can have had
 * an effect. <br>Never here: what a topic is, which broker is asked.
 */
package io.sluice.client.link;
