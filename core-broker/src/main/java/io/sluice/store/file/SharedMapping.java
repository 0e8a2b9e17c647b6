package io.sluice.store.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A mapped file with a count of those who look at its memory: the owner gives it up with {@link #release} like any holder,
 * and it is unmapped when the last one goes. Safe for many threads.
 */
public final class SharedMapping {
    private final MappedFile file;
    private final ByteBuffer readable;
    /** 1 for the owner and 1 per holder; 0 once unmapped. */
    private final AtomicInteger holders = new AtomicInteger(1);

    public SharedMapping(MappedFile file) {
        this.file = file;
        this.readable = file.bytes().asReadOnlyBuffer();
    }

    /** For readers: slices of it are read only. */
    public ByteBuffer readable() {
        return readable;
    }

    /** For the one who writes. */
    public ByteBuffer bytes() {
        return file.bytes();
    }

    public void force(int from, int to) throws IOException {
        file.force(from, to);
    }

    /** See {@link MappedFile#lost}. */
    public Optional<String> lost() {
        return file.lost();
    }

    public void allocate(int from, int to, int pieceBytes) throws IOException {
        file.allocate(from, to, pieceBytes);
    }

    /** @return {@code false} when the memory is gone already */
    public boolean tryHold() {
        int present = holders.get();
        while (present > 0) {
            if (holders.compareAndSet(present, present + 1)) {
                return true;
            }
            present = holders.get();
        }
        return false;
    }

    public void release() {
        if (holders.decrementAndGet() == 0) {
            file.close();
        }
    }
}
