/**
 * Where topics live: asked from a name server, kept, asked again from time to time and after trouble.
 *
 * <p>Owner: {@code RouteCache} owns what is known; routes themselves are values.
 * <br>In: names of topics, hints that a route is wrong. Out: queues and the addresses of their brokers, in the order asked.
 * <br>Never here: which of several queues is taken.
 */
package io.sluice.client.route;
