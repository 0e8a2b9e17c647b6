package io.sluice.namesrv.route;

import java.util.function.Function;

/** What became of a registration. */
public sealed interface Registered {

    /** Taken; a replica is told where its primary is, both empty otherwise. */
    record Accepted(String primaryAddress, String primaryHaAddress) implements Registered {}

    /** Not taken. */
    record Refused(String reason) implements Registered {}

    default <T> T fold(Function<Accepted, T> accepted, Function<Refused, T> refused) {
        return this instanceof Accepted taken ? accepted.apply(taken) : refused.apply((Refused) this);
    }
}
