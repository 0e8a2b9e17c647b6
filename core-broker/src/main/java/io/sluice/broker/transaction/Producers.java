package io.sluice.broker.transaction;

import io.sluice.model.GroupName;

/** The producers that are connected. Safe for many threads, never blocks. */
@FunctionalInterface
public interface Producers {

    /** Asks one producer of the group; answers whether there was one to ask. */
    boolean ask(GroupName group, HalfQuestion question);
}
