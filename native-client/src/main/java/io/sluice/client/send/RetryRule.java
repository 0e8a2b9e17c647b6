package io.sluice.client.send;

import io.sluice.client.link.Refusals;
import io.sluice.port.Refusal;
import io.sluice.transport.RemotingException;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.frame.Frame;
import java.time.Duration;
import java.util.Set;

/**
 * Whether a send that failed is tried again. One per send; its steps never overlap.
 *
 * <p>A try that certainly did not reach the broker costs time only; one that may have reached it costs one of the retries.
 * The first retry goes at once, the next ones after a pause that grows, so that a busy broker gets air.
 */
final class RetryRule {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    /** Answers after which another try, best at another broker, may succeed. */
    private static final Set<Integer> WORTH_A_RETRY = Set.of(
            ResponseCode.SYSTEM_ERROR,
            ResponseCode.SYSTEM_BUSY,
            ResponseCode.SERVICE_NOT_AVAILABLE,
            ResponseCode.NO_PERMISSION,
            ResponseCode.TOPIC_NOT_EXIST,
            ResponseCode.NO_BUYER_ID,
            ResponseCode.NOT_IN_CURRENT_UNIT,
            ResponseCode.GO_AWAY);

    private final boolean retries;
    private int retriesLeft;
    private boolean mayBeStored;
    private Duration pause = Duration.ZERO;

    /** @param retries further tries after the first */
    RetryRule(int retries) {
        this.retries = retries > 0;
        this.retriesLeft = retries;
    }

    /**
     * What follows from a try.
     *
     * @param pause          before the next try
     * @param brokerIsAway   the broker could not be reached
     * @param routeIsSuspect the route may be out of date
     */
    record Decision(
            boolean again,
            Duration pause,
            Refusal reason,
            String sentence,
            boolean brokerIsAway,
            boolean routeIsSuspect) {}

    /** Whether an earlier try may have stored the message although nobody said so. */
    boolean mayBeStored() {
        return mayBeStored;
    }

    Decision afterAnswer(Frame answer, String address) {
        Refusal reason = Refusals.reasonOf(answer);
        String sentence = "%s answered code %d%s"
                .formatted(
                        address,
                        answer.code(),
                        answer.remark().isBlank() ? "" : ", " + answer.remark().trim());
        boolean again = WORTH_A_RETRY.contains(answer.code()) && mayTryAgain() && retriesLeft-- > 0;
        boolean stale = answer.code() == ResponseCode.TOPIC_NOT_EXIST || answer.code() == ResponseCode.NO_PERMISSION;
        return new Decision(
                again,
                again ? nextPause() : Duration.ZERO,
                reason,
                sentence,
                answer.code() == ResponseCode.GO_AWAY,
                stale);
    }

    Decision afterSilence(Throwable failure, String address) {
        if (!(failure instanceof RemotingException silent)) {
            return new Decision(false, Duration.ZERO, Refusal.UNAVAILABLE, failure.toString(), false, false);
        }
        String sentence = silent.getMessage();
        return switch (silent.reason()) {
            case CONNECT_FAILED -> {
                boolean again = mayTryAgain();
                yield new Decision(
                        again, again ? nextPause() : Duration.ZERO, Refusal.UNAVAILABLE, sentence, true, true);
            }
            case TIMED_OUT, CONNECTION_LOST -> {
                mayBeStored = true;
                boolean again = mayTryAgain() && retriesLeft-- > 0;
                yield new Decision(
                        again, again ? nextPause() : Duration.ZERO, Refusal.UNAVAILABLE, sentence, true, true);
            }
            case NOT_SENT -> {
                boolean again = mayTryAgain() && retriesLeft-- > 0;
                yield new Decision(
                        again, again ? nextPause() : Duration.ZERO, Refusal.UNAVAILABLE, sentence, false, false);
            }
            case TOO_MANY_PENDING -> new Decision(false, Duration.ZERO, Refusal.OVERLOADED, sentence, false, false);
            case CLOSED -> new Decision(false, Duration.ZERO, Refusal.UNAVAILABLE, sentence, false, false);
        };
    }

    /** The broker said that it stored the message, but not in words that can be read: another try would be a duplicate. */
    Decision afterDamagedAnswer(RuntimeException damaged, String address) {
        mayBeStored = true;
        return new Decision(
                false,
                Duration.ZERO,
                Refusal.UNAVAILABLE,
                "the answer of %s cannot be read: %s".formatted(address, damaged.getMessage()),
                false,
                false);
    }

    private boolean mayTryAgain() {
        return retries;
    }

    private Duration nextPause() {
        Duration now = pause;
        pause = pause.isZero() ? FIRST_PAUSE : pause.multipliedBy(2);
        if (pause.compareTo(LONGEST_PAUSE) > 0) {
            pause = LONGEST_PAUSE;
        }
        return now;
    }
}
