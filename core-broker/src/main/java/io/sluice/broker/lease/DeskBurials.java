package io.sluice.broker.lease;

import io.sluice.broker.lease.CursorFact.Settled;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.store.log.AppendResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Entries of one desk on their way to the dead letters: the letter and the settlement of the entry are one bundle of the log, so that a
 * message is in one of the two places whatever becomes of the process or the power. Guarded by the desk.
 */
final class DeskBurials {
    private static final Logger log = LoggerFactory.getLogger(DeskBurials.class);
    private static final long PAUSE_MS = 1_000;
    private static final long PAUSE_MAX_MS = 60_000;
    private static final int DOUBLINGS_MAX = 10;

    private final LeaseDesk desk;
    private final DeskTools tools;
    private final List<Burial> due = new ArrayList<>();

    /** An entry to be buried; {@code settling} is {@code null} when nobody waits for it. */
    record Burial(
            SharedCursor cursor,
            int generation,
            long offset,
            int attempts,
            int tries,
            String reason,
            CompletableFuture<Void> settling) {
        /** Whoever waits for it is told that it did not come to that. */
        void fail(RuntimeException cause) {
            if (settling != null) {
                settling.completeExceptionally(cause);
            }
        }

        /** Whether the cursor was put elsewhere since. */
        boolean isVoid() {
            return cursor.generation() != generation;
        }
    }

    DeskBurials(LeaseDesk desk, DeskTools tools) {
        this.desk = desk;
        this.tools = tools;
    }

    /** Asks the keeper to bury an entry. Under the desk's lock. */
    void add(Burial burial) {
        due.add(burial);
        tools.keeper().serve(desk);
    }

    /** What is to be buried, oldest first; the caller takes it over. Under the desk's lock. */
    List<Burial> take() {
        List<Burial> taken = List.copyOf(due);
        due.clear();
        return taken;
    }

    /** Stores the dead letter and settles the entry, both or neither. Without the lock; may read from the disk. */
    void bury(Burial burial) {
        CursorKey key = burial.cursor().key;
        CompletableFuture<Void> written = new CompletableFuture<>();
        written.whenComplete((done, failed) -> {
            if (failed == null) {
                buried(burial);
            } else {
                notBuried(burial, failed);
            }
        });
        try {
            Optional<DeadLetters.Letter> letter =
                    tools.deadLetters().open(key, burial.offset(), burial.attempts(), burial.reason());
            if (letter.isEmpty()) {
                settle(burial, letter, written);
                return;
            }
            written.whenComplete((done, failed) -> letter.get().close());
            tools.deadLetters().ready(key.group()).whenComplete((ready, failed) -> {
                if (failed == null) {
                    settle(burial, letter, written);
                } else {
                    written.completeExceptionally(failed);
                }
            });
        } catch (RuntimeException failed) {
            written.completeExceptionally(failed);
        }
    }

    /** @param letter none when the message is gone from the log */
    private void settle(Burial burial, Optional<DeadLetters.Letter> letter, CompletableFuture<Void> written) {
        RefusedException unwritten = null;
        boolean isVoid;
        desk.lock();
        try {
            isVoid = burial.isVoid();
            if (!isVoid) {
                write(burial, letter, written);
            }
        } catch (RuntimeException failed) {
            isVoid = false;
            unwritten = RefusedCause.of(failed);
        } finally {
            desk.unlock();
        }
        if (unwritten != null) {
            written.completeExceptionally(unwritten);
        } else if (isVoid) {
            written.complete(null);
        }
    }

    /** Under the lock, so that the facts stand in the journal as the cursor saw them. */
    private void write(Burial burial, Optional<DeadLetters.Letter> letter, CompletableFuture<Void> written) {
        CursorKey key = burial.cursor().key;
        List<CursorFact> settled = List.of(new Settled(burial.offset(), burial.offset() + 1));
        if (letter.isEmpty()) {
            tools.journal().write(key, settled, written);
            return;
        }
        CompletableFuture<List<AppendResult>> both = new CompletableFuture<>();
        both.whenComplete((results, failed) -> {
            RefusedException unstored = failed == null ? unstored(results.get(0), key) : RefusedCause.of(failed);
            if (unstored == null) {
                log.debug("{} gave up on a message: offset={} attempts={}", key, burial.offset(), burial.attempts());
                written.complete(null);
            } else {
                written.completeExceptionally(unstored);
            }
        });
        tools.journal().write(List.of(letter.get().record()), Map.of(key, settled), false, both);
    }

    /** Why a dead letter does not count as stored; {@code null} when it does. */
    private static RefusedException unstored(AppendResult letter, CursorKey key) {
        return letter.fold(
                stored -> null,
                doubt -> new RefusedException(
                        Refusal.UNAVAILABLE,
                        "a dead letter of %s is in the log, but the disk did not confirm it in time; try again"
                                .formatted(key.group())),
                refused -> new RefusedException(
                        CursorJournal.refusalOf(refused.reason()),
                        "a dead letter of %s was not stored: %s".formatted(key.group(), refused.sentence())));
    }

    private void buried(Burial burial) {
        desk.lock();
        try {
            if (!burial.isVoid()) {
                burial.cursor().settler.settled(burial.offset(), burial.offset() + 1);
                desk.callNoLaterThan(burial.cursor().nextDueMs());
                desk.flushNews(burial.cursor());
            }
            desk.eased(false);
        } finally {
            desk.unlock();
        }
        if (burial.settling() != null) {
            burial.settling().complete(null);
        }
    }

    private void notBuried(Burial burial, Throwable failed) {
        desk.lock();
        try {
            if (!burial.isVoid()) {
                long now = tools.clock().millis();
                if (burial.settling() != null) {
                    int attemptsMax = tools.policy().attemptsMax(desk.group());
                    burial.cursor().settler.notSettled(burial.offset(), burial.offset() + 1, now, attemptsMax);
                } else {
                    long pause = Math.min(PAUSE_MAX_MS, PAUSE_MS << Math.min(burial.tries(), DOUBLINGS_MAX));
                    burial.cursor().settler.notBuried(burial.offset(), now + pause);
                }
                desk.callNoLaterThan(burial.cursor().nextDueMs());
                desk.flushNews(burial.cursor());
                desk.grown();
            }
        } finally {
            desk.unlock();
        }
        if (burial.settling() != null) {
            burial.fail(RefusedCause.of(failed));
        } else if (burial.tries() == 0) {
            log.warn(
                    "a message that {} gave up on could not be stored as dead letter and is kept; it is tried again: offset={} cause={}",
                    burial.cursor().key,
                    burial.offset(),
                    RefusedCause.of(failed).getMessage());
        }
    }
}
