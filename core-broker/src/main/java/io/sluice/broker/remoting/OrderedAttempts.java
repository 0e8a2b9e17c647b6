package io.sluice.broker.remoting;

import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import io.sluice.port.LeaseReader.Receipt;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What ordered pops lent, by the name that the client gave its attempt: one that comes with the same name again has not had
 * the answer. Safe for many threads; the oldest beyond {@value #KEPT_MAX} are forgotten, whose leases then run out by
 * themselves.
 */
final class OrderedAttempts {
    static final int KEPT_MAX = 10_000;

    private final InstantSource clock;
    /** In the order of coming. Guarded by this object. */
    private final Map<Attempt, Lent> kept = new LinkedHashMap<>();

    private record Attempt(GroupName group, TopicName topic, String id) {}

    private record Lent(List<Receipt> receipts, long untilMs) {}

    OrderedAttempts(InstantSource clock) {
        this.clock = clock;
    }

    /** @param untilMs when the leases are over, epoch milliseconds */
    synchronized void keep(GroupName group, TopicName topic, String id, List<Receipt> receipts, long untilMs) {
        kept.put(new Attempt(group, topic, id), new Lent(List.copyOf(receipts), untilMs));
        long now = clock.millis();
        Iterator<Lent> oldest = kept.values().iterator();
        while (oldest.hasNext() && (oldest.next().untilMs() < now || kept.size() > KEPT_MAX)) {
            oldest.remove();
        }
    }

    /** The receipts of the attempt, which is forgotten; empty when there was none of that name. */
    synchronized List<Receipt> take(GroupName group, TopicName topic, String id) {
        Lent lent = kept.remove(new Attempt(group, topic, id));
        return lent == null ? List.of() : lent.receipts();
    }
}
