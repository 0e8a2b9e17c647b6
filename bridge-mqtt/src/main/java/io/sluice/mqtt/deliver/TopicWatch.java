package io.sluice.mqtt.deliver;

import io.sluice.runtime.Duty;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks for new native topics from time to time, while anybody subscribes with a filter that begins with a wildcard. */
final class TopicWatch implements Duty {
    private static final Logger log = LoggerFactory.getLogger(TopicWatch.class);

    private final TopicTails tails;
    private final long everyNanos;
    private long lastNanos = System.nanoTime();
    private volatile boolean listing;
    /** Whether the last listing failed, so that a lasting failure is one line. */
    private volatile boolean failing;

    TopicWatch(TopicTails tails, int everyMs) {
        this.tails = tails;
        this.everyNanos = TimeUnit.MILLISECONDS.toNanos(everyMs);
    }

    @Override
    public int work() {
        long now = System.nanoTime();
        if (now - lastNanos < everyNanos || listing || !tails.isWatching()) {
            return 0;
        }
        lastNanos = now;
        listing = true;
        tails.refresh().whenComplete((done, failure) -> told(failure));
        return 1;
    }

    private void told(Throwable failure) {
        listing = false;
        if (failure == null) {
            failing = false;
        } else if (!failing) {
            failing = true;
            log.warn(
                    "topics cannot be listed, MQTT filters that begin with a wildcard do not see new ones: {}",
                    failure.toString());
        }
    }

    @Override
    public long idleNanos() {
        return everyNanos;
    }

    @Override
    public String role() {
        return "mqtt-topic-watch";
    }
}
