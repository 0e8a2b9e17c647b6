/**
 * The route table: which brokers live, in which cluster, and which topics they serve.
 *
 * <p>Owner: {@link io.sluice.namesrv.route.RouteTable} behind one lock; the duty {@code route-expiry} removes brokers that
 * fell silent. In: registrations, signs of life, ends of connections. Out: routes as bodies.
 * <br>Never here: sockets, request codes, files.
 */
package io.sluice.namesrv.route;
