/**
 * HTTP itself: the listener, its bounds, the table of paths, reading a request and writing an answer.
 *
 * <p>Owner: each connection and the conversation on it belong to one I/O thread; endpoints run on worker threads.
 * <br>In: sockets. Out: {@link io.sluice.http.channel.Call}s to endpoints; their {@link io.sluice.http.channel.Answer}s
 * to the wire. Never here: what a topic, a message or a receipt is.
 */
package io.sluice.http.channel;
