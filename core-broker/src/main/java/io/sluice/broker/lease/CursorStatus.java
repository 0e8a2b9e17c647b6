package io.sluice.broker.lease;

/**
 * How far a group is with one queue.
 *
 * @param low     every entry below is settled
 * @param lent    entries that are with a consumer, or given back with a delay, or on their way to be settled
 * @param back    entries that were given back and wait for the next who wants them
 * @param waiting requests of the group that wait for messages of the topic
 */
public record CursorStatus(long low, int lent, int back, int waiting) {}
