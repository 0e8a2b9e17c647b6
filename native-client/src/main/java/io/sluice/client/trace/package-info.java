/**
 * Where messages come from and what becomes of them, for those who watch: W3C trace context in properties, and the message
 * trace that RocketMQ tools show.
 *
 * <p>Owner: each interceptor owns its own state. <br>In: sends and deliveries. Out: properties, trace messages.
 * <br>Spec: docs/doors/native-client.md, "Interceptors"; W3C Trace Context, sections 2 and 3.
 */
package io.sluice.client.trace;
