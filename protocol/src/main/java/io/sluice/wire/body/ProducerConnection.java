package io.sluice.wire.body;

import java.util.Set;

/** Who produces in a group. */
public record ProducerConnection(Set<ConnectionData> connectionSet) implements Body {}
