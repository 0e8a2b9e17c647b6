package io.sluice.port;

import java.util.concurrent.CompletionStage;

/**
 * Several sends and settlements together. Everything of a unit lies on one broker.
 *
 * <p>A unit is committed at once ({@link #commit}), or in two phases by somebody who decides over several resources: {@link
 * #prepare}, then {@link #decide}. In between it belongs to nobody's connection: it outlives whoever prepared it and restarts of
 * the broker, until it is decided, by its owner, by hand ({@link #decideByHand}), or by the broker after the longest time that
 * one may stay prepared. The last two are heuristic outcomes, and kept until they are forgotten ({@link #forget}).
 *
 * <p>Stages fail with {@link RefusedException}: {@link Refusal#NOT_SUPPORTED} by a cluster that has no units of work, {@link
 * Refusal#UNAVAILABLE} over the wire when nobody knows what became of the question. Then ask the same again.
 */
public interface UnitsOfWork {

    /** Most units of one {@link #prepared} answer. */
    int PAGE_MAX = 1000;

    /**
     * Stores the messages and settles the leases, all or nothing: also when the process is killed or the power fails at any
     * moment. Consumers see all of it at once. A unit with an id that was committed within the broker's window is not
     * committed again; the first result is told.
     */
    CompletionStage<UnitOutcome> commit(UnitOfWork unit);

    /**
     * Promises that the unit can be committed and can be rolled back. Until that is decided nobody sees its messages and nobody
     * else is lent what it settles, beyond the ends of the leases and over restarts. Repeating it with the same unit says so again.
     *
     * @param unit with an id
     */
    CompletionStage<PrepareOutcome> prepare(UnitOfWork unit);

    /**
     * Commits or rolls back what was prepared. A rollback gives its leases back, each a delivery that failed. Repeating the same
     * decision tells the first result for as long as the broker's window remembers it, after that {@link DecisionOutcome.Unknown}.
     */
    CompletionStage<DecisionOutcome> decide(String id, Decision decision);

    /** As {@link #decide}, in the place of the owner, who is told so when he decides: the outcome is kept until it is forgotten. */
    CompletionStage<DecisionOutcome> decideByHand(String id, Decision decision);

    /**
     * Forgets a heuristic outcome. Completes with {@code false} when there is none under this id. Fails with {@link
     * Refusal#ILLEGAL_ARGUMENT} when the unit is prepared and not decided.
     */
    CompletionStage<Boolean> forget(String id);

    /**
     * What is prepared, and what was decided heuristically, in the order of the ids.
     *
     * @param after only ids behind this one; empty for all
     * @param limit 1..{@value #PAGE_MAX}
     */
    CompletionStage<PreparedPage> prepared(String after, int limit);

    /** What is decided of a prepared unit. */
    enum Decision {
        COMMIT,
        ROLLBACK
    }
}
