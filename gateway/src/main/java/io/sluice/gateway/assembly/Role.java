package io.sluice.gateway.assembly;

import java.util.EnumSet;
import java.util.Set;

/** A part that a process may play. */
public enum Role {
    /** Keeps routes and answers where topics live. */
    NAME_SERVER,
    /** Keeps the log and serves RocketMQ clients. */
    BROKER,
    /** Serves MQTT and HTTP, in front of the broker of this process or of a cluster. */
    DOORS;

    /** {@code sluice up}: everything on one machine. */
    public static Set<Role> everything() {
        return EnumSet.allOf(Role.class);
    }
}
