package io.sluice.store.file;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A file read and written by position. Safe for many threads; overlapping writes are the owner's business. */
public interface ChannelFile extends AutoCloseable {

    /** Fills the buffer from the position on, up to the end of the file; returns the bytes read, 0 at the end. */
    int read(ByteBuffer into, long position) throws IOException;

    /** Writes all that remains in the buffer. */
    void write(ByteBuffer from, long position) throws IOException;

    /** Makes the file this long, and everything in it from the position on zero. */
    void clearFrom(long position, long length) throws IOException;

    /** Returns when everything written so far survives a power cut. */
    void force() throws IOException;

    long length() throws IOException;

    @Override
    void close() throws IOException;
}
