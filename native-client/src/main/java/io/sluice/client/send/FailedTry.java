package io.sluice.client.send;

import io.sluice.client.link.Refusals;
import io.sluice.port.Refusal;
import io.sluice.transport.RemotingException;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.frame.Frame;
import java.util.Set;

/**
 * Why a frame did not get its messages stored, or not certainly.
 *
 * @param sentence       for the senders
 * @param brokerIsAway   the broker could not be reached
 * @param routeIsSuspect the route may be out of date
 */
record FailedTry(Kind kind, Refusal reason, String sentence, boolean brokerIsAway, boolean routeIsSuspect) {

    /** What another try costs, and whether there is one. */
    enum Kind {
        /** Nothing can have reached the broker, or it is about to go and took nothing: another try costs time only. */
        UNSENT,
        /** Not stored, and another try may succeed. */
        PASSING,
        /** Nobody knows: another try may store the message twice. */
        UNKNOWN,
        /** The broker's answer, which another try would get again: perhaps because of one message of a shared frame. */
        REFUSED,
        /** There is no use in another try. */
        FINAL,
        /** Probably stored: another try would be a duplicate. */
        UNREADABLE
    }

    /** Answers after which another try, best at another broker, may succeed. */
    private static final Set<Integer> WORTH_A_RETRY = Set.of(
            ResponseCode.SYSTEM_ERROR,
            ResponseCode.SYSTEM_BUSY,
            ResponseCode.SERVICE_NOT_AVAILABLE,
            ResponseCode.NO_PERMISSION,
            ResponseCode.TOPIC_NOT_EXIST,
            ResponseCode.NO_BUYER_ID,
            ResponseCode.NOT_IN_CURRENT_UNIT);

    static FailedTry of(Frame answer, String address) {
        int code = answer.code();
        return new FailedTry(
                kindOf(code),
                Refusals.reasonOf(answer),
                "%s answered code %d%s"
                        .formatted(
                                address,
                                code,
                                answer.remark().isBlank()
                                        ? ""
                                        : ", " + answer.remark().trim()),
                code == ResponseCode.GO_AWAY,
                code == ResponseCode.TOPIC_NOT_EXIST || code == ResponseCode.NO_PERMISSION);
    }

    private static Kind kindOf(int code) {
        if (code == ResponseCode.GO_AWAY) {
            return Kind.UNSENT;
        }
        return WORTH_A_RETRY.contains(code) ? Kind.PASSING : Kind.REFUSED;
    }

    static FailedTry of(Throwable failure) {
        if (!(failure instanceof RemotingException silent)) {
            return new FailedTry(Kind.FINAL, Refusal.UNAVAILABLE, failure.toString(), false, false);
        }
        String sentence = silent.getMessage();
        return switch (silent.reason()) {
            case CONNECT_FAILED -> new FailedTry(Kind.UNSENT, Refusal.UNAVAILABLE, sentence, true, true);
            case TIMED_OUT, CONNECTION_LOST -> new FailedTry(Kind.UNKNOWN, Refusal.UNAVAILABLE, sentence, true, true);
            case NOT_SENT -> new FailedTry(Kind.PASSING, Refusal.UNAVAILABLE, sentence, false, false);
            case TOO_MANY_PENDING -> new FailedTry(Kind.FINAL, Refusal.OVERLOADED, sentence, false, false);
            case CLOSED -> new FailedTry(Kind.FINAL, Refusal.UNAVAILABLE, sentence, false, false);
        };
    }

    /** The broker said that it stored the messages, but not in words that can be read. */
    static FailedTry unreadable(RuntimeException damaged, String address) {
        return new FailedTry(
                Kind.UNREADABLE,
                Refusal.UNAVAILABLE,
                "the answer of %s cannot be read: %s".formatted(address, damaged.getMessage()),
                false,
                false);
    }
}
