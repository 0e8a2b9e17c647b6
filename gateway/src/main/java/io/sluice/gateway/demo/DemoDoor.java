package io.sluice.gateway.demo;

import java.util.function.Consumer;

/** One door, used as an application would use it. Blocking; not on an event loop. */
interface DemoDoor extends AutoCloseable {

    /** Name of the row and the column. */
    String name();

    /** Begins to receive: every parcel that reaches this door from now on is told. Returns when receiving has begun. */
    void receive(Consumer<Parcel> told) throws Exception;

    void send(Parcel parcel) throws Exception;

    @Override
    void close();
}
