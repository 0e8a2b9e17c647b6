package io.sluice.wire.body;

import java.util.Set;

/** Names of groups. */
public record GroupList(Set<String> groupList) implements Body {}
