/**
 * What a front door may ask of a broker, and nothing else.
 *
 * <p>In: values of {@link io.sluice.model}. Out: stages that complete with values. No method blocks; waiting is in the
 * stage. Implemented in process by the broker and over the wire by the native client; both pass the same contract suite.
 * Never here: sockets, files, wire formats.
 */
package io.sluice.port;
