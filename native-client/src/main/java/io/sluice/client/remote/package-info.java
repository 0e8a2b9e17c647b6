/**
 * The port of a broker over the wire: every facet of {@code io.sluice.port} against a cluster that name servers describe.
 *
 * <p>Owner: {@code RemoteBrokerPort} owns the link and everything that hangs on it.
 * <br>In: the questions of the port. Out: its answers; what the cluster lacks is refused by name.
 * <br>Spec: docs/doors/native-client.md, "The port over the wire".
 */
package io.sluice.client.remote;
