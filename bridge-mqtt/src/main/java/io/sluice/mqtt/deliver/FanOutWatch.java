package io.sluice.mqtt.deliver;

import io.sluice.runtime.Duty;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has to be done from time to time: looking for new native topics while anybody subscribes with a filter that begins with
 * a wildcard, and keeping the loans of shared subscriptions alive.
 */
final class FanOutWatch implements Duty {
    private static final Logger log = LoggerFactory.getLogger(FanOutWatch.class);

    private final TopicTails tails;
    private final SharedSubscriptions shares;
    private final long everyNanos;
    private long lastNanos = System.nanoTime();
    private volatile boolean listing;
    /** Whether the last listing failed, so that a lasting failure is one line. */
    private volatile boolean failing;

    FanOutWatch(TopicTails tails, SharedSubscriptions shares, int everyMs) {
        this.tails = tails;
        this.shares = shares;
        this.everyNanos = TimeUnit.MILLISECONDS.toNanos(everyMs);
    }

    @Override
    public int work() {
        long now = System.nanoTime();
        if (now - lastNanos < everyNanos) {
            return 0;
        }
        lastNanos = now;
        shares.tick(now);
        if (!listing && tails.isWatching()) {
            listing = true;
            tails.refresh().whenComplete((done, failure) -> told(failure));
        }
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
        return "mqtt-fan-out-watch";
    }
}
