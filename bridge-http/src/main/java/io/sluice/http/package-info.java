/**
 * The REST door: assembles the listener, the endpoints and the metrics over one {@link io.sluice.port.BrokerPort}.
 *
 * <p>In: a port and where to listen. Out: HTTP. Contract: docs/doors/http.md.
 */
package io.sluice.http;
