package io.sluice.mqtt.session;

import io.sluice.mqtt.message.ReasonCode;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import java.util.concurrent.CompletionException;

/** The broker's reasons in the words of MQTT 5 (§3.4.2.1, §3.9.3). */
final class Refusals {
    private Refusals() {}

    /** For a PUBACK or PUBREC. */
    static ReasonCode ofPublish(Refusal refusal) {
        return switch (refusal) {
            case NO_SUCH_TOPIC, NOT_WRITABLE -> ReasonCode.TOPIC_NAME_INVALID;
            case FORBIDDEN -> ReasonCode.NOT_AUTHORIZED;
            case TOO_LARGE, TOO_FAR_AWAY, DISK_FULL, OVERLOADED -> ReasonCode.QUOTA_EXCEEDED;
            case NO_SUCH_QUEUE, NO_SUCH_GROUP, ILLEGAL_ARGUMENT, NOT_READABLE, NOT_SUPPORTED, UNAVAILABLE ->
                ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR;
        };
    }

    /** For a SUBACK. */
    static ReasonCode ofSubscribe(Throwable failure) {
        if (!(unwrap(failure) instanceof RefusedException refused)) {
            return ReasonCode.UNSPECIFIED_ERROR;
        }
        return switch (refused.reason()) {
            case NOT_READABLE, FORBIDDEN -> ReasonCode.NOT_AUTHORIZED;
            case OVERLOADED -> ReasonCode.QUOTA_EXCEEDED;
            // All that a subscription needs and a cluster may lack is leases, and only those that share need them.
            case NOT_SUPPORTED -> ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED;
            default -> ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR;
        };
    }

    static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
