/**
 * What applications hold: a client, and the producers and consumers that share its connections.
 *
 * <p>Owner: {@code SluiceClient} owns connections, routes and heartbeats; each producer or consumer owns what it adds.
 * <br>In: messages, listeners, settings checked when they are given. Out: results, or exceptions that say what to do.
 * <br>Spec: docs/doors/native-client.md. Never here: frames and codes.
 */
package io.sluice.client;
