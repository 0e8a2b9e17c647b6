/**
 * What an application puts around sends and deliveries, and the finder of gaps and duplicates that is shipped.
 *
 * <p>Owner: interceptors own their own state; they are shared among threads. <br>In: messages on their way. Out: the same, or
 * others, and what the next step said. <br>Spec: docs/doors/native-client.md, "Interceptors". Never here: sockets, queues.
 */
package io.sluice.client.intercept;
