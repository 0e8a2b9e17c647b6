package io.sluice.client.transaction;

import io.sluice.wire.command.TransactionCommands;

/** What shall become of a half message. */
public enum Decision {
    /** Consumers get it. */
    COMMIT(TransactionCommands.COMMIT),
    /** Nobody ever sees it. */
    ROLLBACK(TransactionCommands.ROLLBACK),
    /** Not known yet: the broker asks later, a limited number of times, and then gives the message up. */
    UNKNOWN(TransactionCommands.UNKNOWN);

    private final int code;

    Decision(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
