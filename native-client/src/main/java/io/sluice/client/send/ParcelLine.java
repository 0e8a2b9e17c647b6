package io.sluice.client.send;

import java.util.List;
import java.util.function.Consumer;

/** Parcels in order, linked by themselves. Confined to its owner. */
final class ParcelLine {
    private Parcel first;
    private Parcel last;

    boolean isEmpty() {
        return first == null;
    }

    /** The first one, which stays; {@code null} when there is none. */
    Parcel peek() {
        return first;
    }

    /** Takes the first one; there must be one. */
    Parcel remove() {
        Parcel removed = first;
        first = removed.link();
        removed.link(null);
        if (first == null) {
            last = null;
        }
        return removed;
    }

    void add(Parcel parcel) {
        append(parcel, parcel);
    }

    /** Adds a chain of parcels; none when {@code begin} is {@code null}. */
    void append(Parcel begin, Parcel end) {
        if (begin == null) {
            return;
        }
        if (first == null) {
            first = begin;
        } else {
            last.link(begin);
        }
        last = end;
    }

    /** Puts parcels before all others, in their order. */
    void putBack(List<Parcel> parcels) {
        for (int i = parcels.size() - 1; i >= 0; i--) {
            Parcel parcel = parcels.get(i);
            parcel.link(first);
            first = parcel;
            if (last == null) {
                last = parcel;
            }
        }
    }

    void forEach(Consumer<Parcel> each) {
        for (Parcel parcel = first; parcel != null; parcel = parcel.link()) {
            each.accept(parcel);
        }
    }
}
