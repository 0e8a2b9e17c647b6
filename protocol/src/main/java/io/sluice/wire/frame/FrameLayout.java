package io.sluice.wire.frame;

/**
 * One frame, big endian. {@code total} does not count itself.
 *
 * <pre>
 *   0      4              5              8          8+headerLength
 *   total  serialization  headerLength   header     body (total - 4 - headerLength bytes)
 * </pre>
 */
final class FrameLayout {
    /** int32: 4 + length of header + length of body. */
    static final int TOTAL = 0;
    /** int32: serialization in the top byte, length of the header in the other three. */
    static final int META = 4;

    static final int HEADER = 8;

    static final int TOTAL_BYTES = 4;
    static final int META_BYTES = 4;
    static final int HEADER_LENGTH_MASK = 0x00FF_FFFF;

    /** First byte of a TLS handshake. No frame begins so: its total would be larger than any that is accepted. */
    static final int TLS_HANDSHAKE = 0x16;

    private FrameLayout() {}
}
