package io.sluice.wire.command;

/** The header of a request that has no extension fields. */
public record NoFields() {}
