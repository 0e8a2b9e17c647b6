package io.sluice.http.consume;

import io.sluice.port.Hold;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Memory of the broker that a worker reads while another thread may find that nobody needs it any more: given back as soon
 * as both agree, never under the reader's feet, and without either waiting for the other.
 */
final class Borrowed {
    private final Hold hold;
    private boolean reading;
    private boolean unwanted;
    private boolean released;

    Borrowed(Hold hold) {
        this.hold = hold;
    }

    /** What the reading gives, or none when the memory was given back before. One reader at a time. */
    <T> Optional<T> read(Supplier<T> reading) {
        synchronized (this) {
            if (unwanted) {
                return Optional.empty();
            }
            this.reading = true;
        }
        try {
            return Optional.of(reading.get());
        } finally {
            synchronized (this) {
                this.reading = false;
            }
            releaseIfUnwanted();
        }
    }

    /** Gives the memory back now, or when the reading under way is done. Twice is harmless. */
    void giveBack() {
        synchronized (this) {
            unwanted = true;
        }
        releaseIfUnwanted();
    }

    private void releaseIfUnwanted() {
        synchronized (this) {
            if (!unwanted || reading || released) {
                return;
            }
            released = true;
        }
        hold.release();
    }
}
