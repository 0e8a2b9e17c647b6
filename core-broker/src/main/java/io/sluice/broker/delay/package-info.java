/**
 * Messages that become visible later, by level: they wait in one topic, one queue per level, and are stored again in their
 * own topic when they are due.
 *
 * <p>Owner: the {@code delay} thread owns how far each level has come. In: queues of the delay topic. Out: records in real
 * topics. Format: topic {@code SCHEDULE_TOPIC_XXXX} and {@code config/delayOffset.json} of the store.
 * <br>Never here: who decides that a message is delayed.
 */
package io.sluice.broker.delay;
