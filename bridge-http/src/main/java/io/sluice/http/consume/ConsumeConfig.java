package io.sluice.http.consume;

import java.time.Duration;

/**
 * Bounds of what one call may ask.
 *
 * @param pullMax    messages per pull, 1..
 * @param waitMax    longest wait of a pull, 0..
 * @param leaseMax   longest lease, 1 s..
 * @param browseMax  messages per browse, 1..
 * @param keepAlive  a stream that has nothing to say sends a comment this often, 1 ms..
 */
public record ConsumeConfig(int pullMax, Duration waitMax, Duration leaseMax, int browseMax, Duration keepAlive) {
    /** 256 messages per pull, 60 s wait, 12 h lease, 500 messages per browse, a comment every 15 s. */
    public static final ConsumeConfig DEFAULT =
            new ConsumeConfig(256, Duration.ofSeconds(60), Duration.ofHours(12), 500, Duration.ofSeconds(15));

    public ConsumeConfig {
        if (pullMax < 1 || browseMax < 1) {
            throw new IllegalArgumentException(
                    "pullMax %d and browseMax %d must be at least 1".formatted(pullMax, browseMax));
        }
        if (waitMax.isNegative() || leaseMax.toMillis() < 1000 || keepAlive.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "waitMax %s must not be negative, leaseMax %s at least 1 s, keepAlive %s at least 1 ms"
                            .formatted(waitMax, leaseMax, keepAlive));
        }
    }

    public ConsumeConfig withKeepAlive(Duration changed) {
        return new ConsumeConfig(pullMax, waitMax, leaseMax, browseMax, changed);
    }
}
