package io.sluice.wire.body;

/** One client connection of a group. */
public record ConnectionData(String clientId, String clientAddr, String language, int version) {}
