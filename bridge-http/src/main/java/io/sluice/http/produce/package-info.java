/**
 * Publishing: one request body becomes one message.
 *
 * <p>In: {@link io.sluice.http.channel.Call}s. Out: messages to {@code port.writer()}. Never here: how the request came in.
 */
package io.sluice.http.produce;
