package io.sluice.client.link;

import io.sluice.model.SluiceException;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.frame.Frame;
import java.util.Arrays;
import java.util.Optional;

/**
 * What an unsuccessful answer means. A Sluice broker names the refusal in the field {@code refusal}; otherwise the code
 * tells, as far as it can.
 */
public final class Refusals {
    private static final String REFUSAL_FIELD = "refusal";

    private Refusals() {}

    /**
     * @param what was asked for
     * @param whom the address asked
     */
    public static RefusedException of(String what, String whom, Frame answer) {
        Refusal reason = reasonOf(answer);
        RefusedException refused = new RefusedException(
                reason,
                reason == Refusal.NOT_SUPPORTED
                        ? "not supported by this cluster: %s (%s answered code %d)".formatted(what, whom, answer.code())
                        : "%s: %s answered code %d%s"
                                .formatted(
                                        what,
                                        whom,
                                        answer.code(),
                                        answer.remark().isBlank()
                                                ? ""
                                                : ", " + answer.remark().trim()));
        if (answer.code() == ResponseCode.GO_AWAY) {
            refused.initCause(new Farewell(whom));
        }
        return refused;
    }

    /** Whether the broker refused because it is about to go: what is in hand may still be ended there, nothing begun. */
    public static boolean isFarewell(Throwable failure) {
        return ClusterLink.causeOf(failure) instanceof RefusedException refused
                && refused.getCause() instanceof Farewell;
    }

    /** Why a broker that stops refuses. */
    private static final class Farewell extends SluiceException {
        private static final long serialVersionUID = 1L;

        Farewell(String whom) {
            super(whom + " is about to go");
        }
    }

    public static Refusal reasonOf(Frame answer) {
        return named(answer).orElseGet(() -> byCode(answer.code()));
    }

    /** The refusal that a Sluice broker names. */
    public static Optional<Refusal> named(Frame answer) {
        return answer.fields().find(REFUSAL_FIELD).flatMap(name -> Arrays.stream(Refusal.values())
                .filter(refusal -> refusal.name().equals(name))
                .findFirst());
    }

    private static Refusal byCode(int code) {
        return switch (code) {
            case ResponseCode.SYSTEM_BUSY, ResponseCode.FLOW_CONTROL, ResponseCode.POLLING_FULL -> Refusal.OVERLOADED;
            case ResponseCode.REQUEST_CODE_NOT_SUPPORTED, ResponseCode.VERSION_NOT_SUPPORTED -> Refusal.NOT_SUPPORTED;
            case ResponseCode.MESSAGE_ILLEGAL,
                    ResponseCode.SUBSCRIPTION_PARSE_FAILED,
                    ResponseCode.INVALID_PARAMETER,
                    ResponseCode.ILLEGAL_OPERATION -> Refusal.ILLEGAL_ARGUMENT;
            case ResponseCode.NO_PERMISSION -> Refusal.FORBIDDEN;
            case ResponseCode.TOPIC_NOT_EXIST -> Refusal.NO_SUCH_TOPIC;
            case ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST -> Refusal.NO_SUCH_GROUP;
            default -> Refusal.UNAVAILABLE;
        };
    }
}
