package io.sluice.client.link;

/** Somebody is being told of something, until they say that it is enough. */
@FunctionalInterface
public interface Listening {

    /** Nothing more is told; what is being told now may still come. Twice is harmless. */
    void end();
}
