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
    private final LeaseLog store;
    private final DeadLetters deadLetters;
    private final List<Map.Entry<LeaseDesk, List<DeskSettling.Item>>> parts;
    /** Leases that are known to be over already. */
    private final List<Receipt> overBefore;

    private final Entries entries;

    private final CompletableFuture<Void> settling = new CompletableFuture<>();

    /** What is with the entries until it is decided. */
    enum Entries {
        /** They are lent. */
        LENT,
        /** They are held; what is not held any more is left out. */
        HELD,
        /** As {@link #HELD}, and all come back. Nothing needs them any more, so the disk may be fuller than allowed. */
        GIVEN_BACK
    }

    /** How it ended. */
    public sealed interface Outcome {
        /** These leases are not in force; nothing has happened. */
        record Over(List<Receipt> receipts) implements Outcome {}

        /** @param results of the records, in the order given; a refusal: nothing has happened */
        record Tried(List<AppendResult> results) implements Outcome {}
    }

    JointSettlement(
            CursorJournal journal,
            LeaseLog store,
            DeadLetters deadLetters,
            Map<LeaseDesk, List<DeskSettling.Item>> byDesk,
            List<Receipt> over,
            Entries entries) {
        this.journal = journal;
        this.store = store;
        this.entries = entries;
        this.deadLetters = deadLetters;
        this.overBefore = over;
        this.parts = byDesk.entrySet().stream()
                .sorted(Comparator.comparingLong(part -> part.getKey().number()))
                .toList();
    }

    /** The settlements in a form from which {@link LeaseService#held} makes them again, also after a restart. */
    public byte[] encoded() {
        return HeldItems.encode(
                parts.stream().flatMap(part -> part.getValue().stream()).toList());
    }

    /**
     * Where in the log the oldest of the messages lies; {@link Long#MAX_VALUE} for none. May wait for the disk.
     *
     * @throws RefusedException when that cannot be told now
     */
    public long oldestNeeded() {
        return parts.stream()
                .mapToLong(part -> part.getKey().settling().oldestOf(part.getValue()))
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /**
     * Appends the records as one bundle, and from then on holds the entries: no lease of them ends, and nobody is lent them, until
     * {@link LeaseService#held} settles them. Completes when the records have the durability of the store, or at once.
     */
    public CompletionStage<Outcome> hold(List<NewRecord> records) {
        List<Receipt> over = new ArrayList<>(overBefore);
        CompletionStage<List<AppendResult>> appended;
        try {
            // What could not be stored when it is decided is refused now.
            letters();
            for (Map.Entry<LeaseDesk, List<DeskSettling.Item>> part : parts) {
                part.getKey().lock();
                try {
                    part.getKey()
                            .settling()
                            .beginJointly(part.getValue(), false, new LinkedHashMap<>(), settling)
                            .forEach(item -> over.add(item.settlement().receipt()));
                } finally {
                    part.getKey().unlock();
                }
            }
            if (!over.isEmpty()) {
                end(DeskSettling.End.LEASED);
                return CompletableFuture.completedFuture(new Outcome.Over(List.copyOf(over)));
            }
            appended = store.appendBundle(records);
        } catch (RuntimeException failed) {
            end(DeskSettling.End.LEASED);
            return CompletableFuture.failedFuture(RefusedCause.of(failed));
        }
        return appended.handle((results, failed) -> {
            boolean isThere = failed == null && !(results.get(0) instanceof AppendResult.Refused);
            end(isThere ? DeskSettling.End.HELD : DeskSettling.End.LEASED);
            if (failed != null) {
                throw RefusedCause.of(failed);
            }
            return new Outcome.Tried(results);
        });
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
            begin(records, over, written);
        } catch (RuntimeException failed) {
            end(notDone());
            return CompletableFuture.failedFuture(RefusedCause.of(failed));
        }
        if (over.isEmpty()) {
            return outcome;
        }
        end(notDone());
        return CompletableFuture.completedFuture(new Outcome.Over(List.copyOf(over)));
    }

    /** Hands everything to the journal unless a lease is over. */
    private void begin(List<NewRecord> records, List<Receipt> over, CompletableFuture<List<AppendResult>> written) {
        Map<CursorKey, List<CursorFact>> facts = new LinkedHashMap<>();
        int locked = 0;
        try {
            for (Map.Entry<LeaseDesk, List<DeskSettling.Item>> part : parts) {
                part.getKey().lock();
                locked++;
                part.getKey().settling().beginJointly(part.getValue(), isHeld(), facts, settling).stream()
                        .filter(item -> !isHeld())
                        .forEach(item -> over.add(item.settlement().receipt()));
            }
            if (over.isEmpty()) {
                journal.write(records, facts, entries == Entries.GIVEN_BACK, written);
            }
        } finally {
            parts.subList(0, locked).forEach(part -> part.getKey().unlock());
        }
    }

    private Outcome conclude(List<AppendResult> results, Throwable failed) {
        boolean holds = failed == null && !(results.get(0) instanceof AppendResult.Refused);
        end(holds ? DeskSettling.End.HOLDS : notDone());
        if (failed != null) {
            throw RefusedCause.of(failed);
        }
        return new Outcome.Tried(results);
    }

    private boolean isHeld() {
        return entries != Entries.LENT;
    }

    private DeskSettling.End notDone() {
        return isHeld() ? DeskSettling.End.HELD : DeskSettling.End.LEASED;
    }

    private void end(DeskSettling.End end) {
        parts.forEach(part -> part.getKey().settling().endJointly(part.getValue(), settling, end));
        if (end == DeskSettling.End.HOLDS) {
            settling.complete(null);
        } else {
            settling.completeExceptionally(new RefusedException(
                    Refusal.UNAVAILABLE,
                    "the unit of work that settled this lease did not hold, or is not decided; settle again"));
        }
    }
}
