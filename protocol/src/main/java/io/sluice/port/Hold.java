package io.sluice.port;

/** Keeps the memory of slices in place until released; releasing twice is harmless. */
@FunctionalInterface
public interface Hold {
    /** For bytes on the heap. */
    Hold NONE = () -> {};

    void release();
}
