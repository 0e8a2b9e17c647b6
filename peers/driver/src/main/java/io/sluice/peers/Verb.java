package io.sluice.peers;

/** What the driver does for one command; the answer follows OK, an exception becomes ERR. */
@FunctionalInterface
interface Verb {
    String run(Words words) throws Exception;
}
