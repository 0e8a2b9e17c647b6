package io.sluice.client.send;

import java.time.Duration;

/**
 * Whether a send that failed is tried again. One per send; its steps never overlap.
 *
 * <p>A try that certainly did not reach the broker costs time only; one that may have reached it costs one of the retries.
 * The first retry goes at once, the next ones after a pause that grows, so that a busy broker gets air.
 */
final class RetryRule {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final boolean retries;
    private int retriesLeft;
    private boolean mayBeStored;
    private Duration nextPause = Duration.ZERO;

    /** @param retries further tries after the first */
    RetryRule(int retries) {
        this.retries = retries > 0;
        this.retriesLeft = retries;
    }

    /** Whether an earlier try may have stored the message although nobody said so. */
    boolean mayBeStored() {
        return mayBeStored;
    }

    /** Takes note of a try that failed; whether there is another one. */
    boolean again(FailedTry failed) {
        return switch (failed.kind()) {
            case UNSENT -> retries;
            case PASSING -> retriesLeft-- > 0;
            case UNKNOWN -> {
                mayBeStored = true;
                yield retriesLeft-- > 0;
            }
            case REFUSED, FINAL -> false;
            case UNREADABLE -> {
                mayBeStored = true;
                yield false;
            }
        };
    }

    /** The answer has not come in time. */
    void unanswered() {
        mayBeStored = true;
    }

    /** Before the next try; each time longer. */
    Duration pause() {
        Duration now = nextPause;
        Duration longer = now.isZero() ? FIRST_PAUSE : now.multipliedBy(2);
        nextPause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
        return now;
    }
}
