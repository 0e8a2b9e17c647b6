/**
 * Topic administration: list, look at, create, change and delete topics.
 *
 * <p>In: {@link io.sluice.http.channel.Call}s. Out: questions to {@code port.topics()}. Never here: messages.
 */
package io.sluice.http.topic;
