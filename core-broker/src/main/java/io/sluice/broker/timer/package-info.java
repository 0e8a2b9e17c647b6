/**
 * Keeps messages until the time at which they shall be delivered, and delivers them then.
 *
 * <p>Owner: the {@code timer} thread owns the index of what waits, fires what is due and takes in what is new; the
 * {@code timer-keeper} thread merges index files and saves snapshots of the index. In: arrivals in the timer topic, recalls.
 * Out: records in the topics of the messages, facts about what was done in an internal topic. What waits is the timer topic
 * less the facts; the files of the index only make that quick to find.
 * <br>Format: docs/formats/timer-index.md. Never here: delay levels, who may send, how a recall looks on the wire.
 */
package io.sluice.broker.timer;
