/**
 * Messages whose fate a local transaction decides: a half message is stored, the application does its part, and the broker
 * is told; a broker that was not told asks.
 *
 * <p>Owner: {@code Transactions}, one per producer, owns the thread on which the application is asked.
 * <br>In: messages with what is to be done, questions of brokers. Out: decisions. <br>Spec: docs/doors/native-client.md,
 * "Transactions". Never here: how a message finds its queue.
 */
package io.sluice.client.transaction;
