package io.sluice.broker.unit;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Which ids were decided lately, and where the record of each lies. Safe for many threads. */
final class UnitWindow {
    private final int max;
    private final long ageMs;
    /** Oldest first. */
    private final Map<String, Place> places = new LinkedHashMap<>();

    /** @param isRolledBack whether it was prepared and rolled back; else it was committed */
    record Place(long logOffset, long storedAtMs, boolean isRolledBack) {}

    UnitWindow(int max, Duration age) {
        this.max = max;
        this.ageMs = age.toMillis();
    }

    /** Where the record of the unit lies, if the id is known still. */
    synchronized Optional<Place> find(String id, long nowMs) {
        Place place = places.get(id);
        return place == null || nowMs - place.storedAtMs > ageMs ? Optional.empty() : Optional.of(place);
    }

    synchronized void add(String id, Place added) {
        places.remove(id);
        places.put(id, added);
        Iterator<Place> oldest = places.values().iterator();
        while (oldest.hasNext()) {
            Place place = oldest.next();
            if (places.size() <= max && added.storedAtMs - place.storedAtMs <= ageMs) {
                return;
            }
            oldest.remove();
        }
    }

    synchronized int size() {
        return places.size();
    }
}
