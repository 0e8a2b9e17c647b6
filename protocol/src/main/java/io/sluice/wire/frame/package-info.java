/**
 * Bytes on the socket to frame and back: length, kind of header, header, body.
 *
 * <p>In: bytes of a connection, or frames to send. Out: {@link io.sluice.wire.frame.Frame}s whose extension fields are
 * still bytes and are decoded only when asked for, or bytes in pooled buffers.
 * <br>Format: docs/formats/remoting-frame.md. Never here: what a code means, who waits for an answer.
 */
package io.sluice.wire.frame;
