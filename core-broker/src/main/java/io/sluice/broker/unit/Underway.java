package io.sluice.broker.unit;

import io.sluice.port.DecisionOutcome;
import io.sluice.port.PrepareOutcome;
import io.sluice.port.UnitsOfWork.Decision;
import java.util.concurrent.CompletableFuture;

/** What is being done about an id at the moment; one thing at a time. Whoever asks for the same meanwhile is told its answer. */
sealed interface Underway {
    record Committing(int fingerprint, CompletableFuture<UnitResult> answer) implements Underway {}

    record Preparing(int fingerprint, CompletableFuture<PrepareOutcome> answer) implements Underway {}

    record Deciding(Decision decision, boolean byHand, CompletableFuture<DecisionOutcome> answer) implements Underway {}

    /** The record of a heuristic outcome is being written again, or that it is forgotten. */
    record Keeping() implements Underway {}
}
