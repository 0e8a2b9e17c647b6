package io.sluice.client.intercept;

import io.sluice.client.intercept.SequenceAudit.Range;
import io.sluice.client.intercept.SequenceAudit.Report;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which numbers of one source have come: ranges, so that what is complete costs nothing. Every method is guarded by the object.
 * Beyond 100,000 gaps the oldest one is forgotten and counts as come.
 */
final class SequenceTrack {
    private static final int RANGES_MAX = 100_000;

    /** First number of each range that has come, to its last. Ranges do not touch. */
    private final TreeMap<Long, Long> come = new TreeMap<>();
    /** Highest number of each queue. */
    private final Map<MessageQueue, Long> highest = new HashMap<>();

    private long handled;
    private long duplicates;
    private long overtaken;

    synchronized void handled(long number, MessageQueue queue) {
        Map.Entry<Long, Long> before = come.floorEntry(number);
        if (before != null && before.getValue() >= number) {
            duplicates++;
            return;
        }
        handled++;
        if (highest.merge(queue, number, Math::max) != number) {
            overtaken++;
        }
        long first = before != null && before.getValue() == number - 1 ? before.getKey() : number;
        Long last = come.remove(number + 1);
        come.put(first, last == null ? number : last);
        if (come.size() > RANGES_MAX) {
            Map.Entry<Long, Long> oldest = come.pollFirstEntry();
            come.put(oldest.getKey(), come.pollFirstEntry().getValue());
        }
    }

    synchronized Report report(String source, TopicName topic) {
        List<Range> missing = new ArrayList<>();
        long next = 0;
        for (Map.Entry<Long, Long> range : come.entrySet()) {
            if (range.getKey() > next) {
                missing.add(new Range(next, range.getKey() - 1));
            }
            next = range.getValue() + 1;
        }
        return new Report(source, topic, handled, duplicates, overtaken, missing);
    }
}
