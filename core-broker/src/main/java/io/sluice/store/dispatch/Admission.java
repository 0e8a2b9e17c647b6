package io.sluice.store.dispatch;

import io.sluice.store.log.AppendResult.Reason;
import io.sluice.store.log.AppendResult.Refused;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether appends are taken, and if not, why. One volatile read per append. Being closed outweighs being read only, which
 * outweighs a full disk; only a full disk goes away by itself.
 */
public final class Admission {
    private static final Logger log = LoggerFactory.getLogger(Admission.class);

    private String closed;
    private String readOnly;
    private String overWatermark;
    private String noRoom;
    /** {@code null} when appends are taken. */
    private volatile Refused refused;

    private volatile Refused freeingRefused;

    /** Why nothing is taken; {@code null} when appends are taken. */
    public Refused refusal() {
        return refused;
    }

    /**
     * As {@link #refusal}, for what lets go of something that the log is kept for. A disk that is fuller than allowed takes it, out of
     * the room that is kept free: without it there would never be more.
     */
    public Refused freeingRefusal() {
        return freeingRefused;
    }

    public synchronized void close() {
        closed = "the store is closed";
        decide();
    }

    /** For good: until the store is opened again. */
    public synchronized void readOnly(String sentence) {
        if (readOnly == null) {
            readOnly = sentence;
            log.error("no message is stored any more: {}", sentence);
            decide();
        }
    }

    /** The disk is fuller than allowed. */
    public synchronized void overWatermark(String sentence) {
        if (overWatermark == null) {
            log.warn("no message is stored until there is room: {}", sentence);
        }
        overWatermark = sentence;
        decide();
    }

    public synchronized void underWatermark() {
        if (overWatermark != null) {
            overWatermark = null;
            log.info("the disk has room again, messages are stored");
            decide();
        }
    }

    /** The file system gave no room for the next records. */
    public synchronized void noRoom(String sentence) {
        if (noRoom == null) {
            log.warn("no message is stored until there is room: {}", sentence);
        }
        noRoom = sentence;
        decide();
    }

    public synchronized void room() {
        if (noRoom != null) {
            noRoom = null;
            log.info("the file system gives room again, messages are stored");
            decide();
        }
    }

    private void decide() {
        if (closed != null) {
            refused = new Refused(Reason.CLOSED, closed);
        } else if (readOnly != null) {
            refused = new Refused(Reason.READ_ONLY, readOnly);
        } else if (overWatermark != null || noRoom != null) {
            refused = new Refused(Reason.DISK_FULL, overWatermark != null ? overWatermark : noRoom);
        } else {
            refused = null;
        }
        boolean isOnlyOverWatermark = refused != null && refused.reason() == Reason.DISK_FULL && noRoom == null;
        freeingRefused = isOnlyOverWatermark ? null : refused;
    }
}
