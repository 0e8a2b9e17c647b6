package io.sluice.broker.unit;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/** Which ids were committed lately, and where the record of each lies. Safe for many threads. */
final class UnitWindow {
    private final int max;
    private final long ageMs;
    /** Oldest first. */
    private final Map<String, Place> places = new LinkedHashMap<>();

    private record Place(long logOffset, long storedAtMs) {}

    UnitWindow(int max, Duration age) {
        this.max = max;
        this.ageMs = age.toMillis();
    }

    /** Where the record of the unit lies, if the id is known still. */
    synchronized OptionalLong find(String id, long nowMs) {
        Place place = places.get(id);
        return place == null || nowMs - place.storedAtMs > ageMs
                ? OptionalLong.empty()
                : OptionalLong.of(place.logOffset);
    }

    synchronized void add(String id, long logOffset, long storedAtMs) {
        places.remove(id);
        places.put(id, new Place(logOffset, storedAtMs));
        Iterator<Place> oldest = places.values().iterator();
        while (oldest.hasNext()) {
            Place place = oldest.next();
            if (places.size() <= max && storedAtMs - place.storedAtMs <= ageMs) {
                return;
            }
            oldest.remove();
        }
    }

    synchronized int size() {
        return places.size();
    }
}
