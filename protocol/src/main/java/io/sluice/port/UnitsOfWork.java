package io.sluice.port;

import java.util.concurrent.CompletionStage;

/** Several sends and settlements together. Everything of a unit lies on one broker. */
public interface UnitsOfWork {

    /**
     * Stores the messages and settles the leases, all or nothing: also when the process is killed or the power fails at any
     * moment. Consumers see all of it at once. A unit with an id that was committed within the broker's window is not
     * committed again; the first result is told.
     *
     * <p>The answer is an outcome. The stage fails with {@link RefusedException}: {@link Refusal#NOT_SUPPORTED} by a cluster
     * that has no units of work, {@link Refusal#UNAVAILABLE} over the wire when nobody knows whether the unit holds. Then
     * commit it again with the same id.
     */
    CompletionStage<UnitOutcome> commit(UnitOfWork unit);
}
