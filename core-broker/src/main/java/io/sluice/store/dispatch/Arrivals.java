package io.sluice.store.dispatch;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells every listener of each queue that grew. */
public final class Arrivals {
    private static final Logger log = LoggerFactory.getLogger(Arrivals.class);

    private final List<ArrivalListener> listeners = new CopyOnWriteArrayList<>();

    public void add(ArrivalListener listener) {
        listeners.add(listener);
    }

    public void arrived(String topic, int queueId, long nextOffset) {
        for (ArrivalListener listener : listeners) {
            try {
                listener.arrived(topic, queueId, nextOffset);
            } catch (RuntimeException failed) {
                log.error("a listener failed on the arrival of {}/{} offset {}", topic, queueId, nextOffset, failed);
            }
        }
    }
}
