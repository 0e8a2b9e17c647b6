package io.sluice.namesrv.route;

/** The connection a broker registered over; two are the same only by identity. */
@FunctionalInterface
public interface Origin {

    /** Ends the connection of a broker that fell silent. */
    void close(String reason);
}
