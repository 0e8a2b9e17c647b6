package io.sluice.broker.group;

/**
 * One client in one group.
 *
 * @param clientId   how the client calls itself
 * @param language   name of its language, as sent
 * @param version    ordinal of its release
 * @param lastBeatMs when it was last heard of, epoch milliseconds
 */
public record Member(ClientLink link, String clientId, String language, int version, long lastBeatMs) {}
