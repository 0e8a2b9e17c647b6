package io.sluice.wire.frame;

/** Receives extension fields one by one, in the form of the header being written. Empty texts are not left out. */
public interface FieldSink {

    void text(FieldName name, String value);

    /** A text that is in UTF-8 already: the bytes from {@code from} to {@code to}, exclusive; not kept. */
    void utf8(FieldName name, byte[] value, int from, int to);

    void number(FieldName name, long value);

    default void bool(FieldName name, boolean value) {
        text(name, value ? "true" : "false");
    }
}
