package io.sluice.wire.frame;

/** Receives extension fields one by one, in the form of the header being written. Empty texts are not left out. */
public interface FieldSink {

    void text(FieldName name, String value);

    void number(FieldName name, long value);

    default void bool(FieldName name, boolean value) {
        text(name, value ? "true" : "false");
    }
}
