package io.sluice.gateway.demo;

import java.util.function.Consumer;

/** One door, used as an application would use it. Blocking; not on an event loop. */
interface DemoDoor extends AutoCloseable {

    /** Name of the row and the column. */
    String name();

    /**
     * Begins to receive: every parcel that reaches this door from now on is told. Returns when receiving has begun.
     *
     * @param lacking is told why nothing can be received, when the cluster lacks what that needs
     */
    void receive(Consumer<Parcel> told, Consumer<String> lacking) throws Exception;

    void send(Parcel parcel) throws Exception;

    @Override
    void close();
}
