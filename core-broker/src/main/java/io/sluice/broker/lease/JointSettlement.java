package io.sluice.broker.lease;

import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.UnitOfWork;
import io.sluice.store.log.AppendResult;
import io.sluice.wire.message.NewRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Settlements that hold together with records of others, or not at all. While it is decided, the entries are being settled: no
 * lease of them ends, and nobody else settles them. The locks of all desks are taken at once, in the order of their numbers, so
 * that the facts stand in the journal as the cursors saw them; it is the only place where a thread holds more than one.
 */
public final class JointSettlement {
    private final CursorJournal journal;
    private final DeadLetters deadLetters;
    private final List<Map.Entry<LeaseDesk, List<DeskSettling.Item>>> parts;
    /** Leases that are known to be over already. */
    private final List<Receipt> overBefore;

    private final CompletableFuture<Void> settling = new CompletableFuture<>();

    /** How it ended. */
    public sealed interface Outcome {
        /** These leases are not in force; nothing has happened. */
        record Over(List<Receipt> receipts) implements Outcome {}

        /** @param results of the records, in the order given; a refusal: nothing has happened */
        record Tried(List<AppendResult> results) implements Outcome {}
    }

    JointSettlement(
            CursorJournal journal,
            DeadLetters deadLetters,
            Map<LeaseDesk, List<DeskSettling.Item>> byDesk,
            List<Receipt> over) {
        this.journal = journal;
        this.deadLetters = deadLetters;
        this.overBefore = over;
        this.parts = byDesk.entrySet().stream()
                .sorted(Comparator.comparingLong(part -> part.getKey().number()))
                .toList();
    }

    /**
     * Appends the records and the settlements as one bundle. Completes on the journal's thread, or at once; fails with
     * {@link RefusedException} when nothing was tried. May wait for the disk when something is rejected.
     */
    public CompletionStage<Outcome> append(List<NewRecord> records) {
        List<NewRecord> letters;
        try {
            letters = letters();
        } catch (RuntimeException failed) {
            return CompletableFuture.failedFuture(RefusedCause.of(failed));
        }
        if (letters.isEmpty()) {
            return appendAll(records);
        }
        List<NewRecord> all = new ArrayList<>(records);
        all.addAll(letters);
        return gravesReady().thenCompose(ready -> appendAll(all)).thenApply(outcome -> {
            boolean hasLetters = outcome instanceof Outcome.Tried;
            return hasLetters
                    ? new Outcome.Tried(((Outcome.Tried) outcome).results().subList(0, records.size()))
                    : outcome;
        });
    }

    private List<NewRecord> letters() {
        List<NewRecord> letters = new ArrayList<>();
        long[] bytes = {0};
        for (Map.Entry<LeaseDesk, List<DeskSettling.Item>> part : parts) {
            for (DeskSettling.Item item : part.getValue()) {
                if (item.settlement() instanceof Settlement.Reject reject) {
                    Claim claim = item.claim();
                    deadLetters
                            .letter(claim.key(), claim.offset(), claim.attempt(), reject.reason())
                            .ifPresent(letter -> {
                                bytes[0] += letter.body().remaining();
                                letters.add(letter);
                            });
                }
                if (bytes[0] > UnitOfWork.BYTES_MAX && letters.size() > 1) {
                    throw new RefusedException(
                            Refusal.TOO_LARGE,
                            "the messages that a unit of work rejects have more than %d bytes; reject fewer in one"
                                    .formatted(UnitOfWork.BYTES_MAX));
                }
            }
        }
        return letters;
    }

    private CompletionStage<Void> gravesReady() {
        return CompletableFuture.allOf(parts.stream()
                .filter(part ->
                        part.getValue().stream().anyMatch(item -> item.settlement() instanceof Settlement.Reject))
                .map(part -> deadLetters.ready(part.getKey().group()).toCompletableFuture())
                .toArray(CompletableFuture[]::new));
    }

    private CompletionStage<Outcome> appendAll(List<NewRecord> records) {
        List<Receipt> over = new ArrayList<>(overBefore);
        CompletableFuture<List<AppendResult>> written = new CompletableFuture<>();
        CompletionStage<Outcome> outcome = written.handle(this::conclude);
        try {
            begin(0, records, new LinkedHashMap<>(), over, written);
        } catch (RuntimeException failed) {
            end(false);
            return CompletableFuture.failedFuture(RefusedCause.of(failed));
        }
        if (over.isEmpty()) {
            return outcome;
        }
        end(false);
        return CompletableFuture.completedFuture(new Outcome.Over(List.copyOf(over)));
    }

    /** Hands everything to the journal unless a lease is over. */
    private void begin(
            int next,
            List<NewRecord> records,
            Map<CursorKey, List<CursorFact>> facts,
            List<Receipt> over,
            CompletableFuture<List<AppendResult>> written) {
        if (next == parts.size()) {
            if (over.isEmpty()) {
                journal.write(records, facts, written);
            }
            return;
        }
        LeaseDesk desk = parts.get(next).getKey();
        synchronized (desk) {
            desk.settling()
                    .beginJointly(parts.get(next).getValue(), facts, settling)
                    .forEach(item -> over.add(item.settlement().receipt()));
            begin(next + 1, records, facts, over, written);
        }
    }

    private Outcome conclude(List<AppendResult> results, Throwable failed) {
        end(failed == null && !(results.get(0) instanceof AppendResult.Refused));
        if (failed != null) {
            throw RefusedCause.of(failed);
        }
        return new Outcome.Tried(results);
    }

    private void end(boolean holds) {
        parts.forEach(part -> part.getKey().settling().endJointly(part.getValue(), settling, holds));
        if (holds) {
            settling.complete(null);
        } else {
            settling.completeExceptionally(new RefusedException(
                    Refusal.UNAVAILABLE, "the unit of work that settled this lease did not hold; settle again"));
        }
    }
}
