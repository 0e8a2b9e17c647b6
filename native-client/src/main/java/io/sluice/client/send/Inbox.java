package io.sluice.client.send;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Parcels on their way to the owner of a lane: any thread puts, the owner takes all that are there. The parcels are their
 * own links, so putting costs no memory. Has no bound of its own: what is under way is bounded in bytes before a parcel
 * comes here.
 */
final class Inbox {
    /** The parcel put last, linked to the one before it. */
    private final AtomicReference<Parcel> newest = new AtomicReference<>();

    void put(Parcel parcel) {
        Parcel before = newest.get();
        parcel.link(before);
        while (!newest.compareAndSet(before, parcel)) {
            before = newest.get();
            parcel.link(before);
        }
    }

    boolean isEmpty() {
        return newest.get() == null;
    }

    /** Moves everything to the end of the line, in the order in which it was put. */
    void takeInto(ParcelLine line) {
        Parcel end = newest.getAndSet(null);
        Parcel begin = null;
        for (Parcel parcel = end; parcel != null; ) {
            Parcel older = parcel.link();
            parcel.link(begin);
            begin = parcel;
            parcel = older;
        }
        line.append(begin, end);
    }
}
