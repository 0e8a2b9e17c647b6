package io.sluice.jms.xa;

import io.sluice.port.Refusal;
import javax.transaction.xa.XAException;

/** Exceptions for transaction managers: a sentence, and the code that they act on. */
final class XaFailure {
    private XaFailure() {}

    static XAException of(int code, String sentence) {
        XAException failure = new XAException(sentence);
        failure.errorCode = code;
        return failure;
    }

    static XAException of(int code, String sentence, Throwable cause) {
        XAException failure = of(code, sentence);
        failure.initCause(cause);
        return failure;
    }

    /** Why a branch was rolled back when it could not be prepared or committed in one phase. */
    static int rollbackCode(Refusal reason) {
        return switch (reason) {
            case OVERLOADED, DISK_FULL -> XAException.XA_RBTRANSIENT;
            case ILLEGAL_ARGUMENT -> XAException.XA_RBPROTO;
            default -> XAException.XA_RBOTHER;
        };
    }
}
