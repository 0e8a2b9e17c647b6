package io.sluice.broker.transaction;

import io.sluice.broker.topic.SystemTopics;
import io.sluice.model.PropertyNames;
import io.sluice.port.HalfMessages.Decided;
import io.sluice.port.HalfMessages.Decision;
import io.sluice.port.OffsetRange;
import io.sluice.port.Records;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.store.MessageStore;
import io.sluice.store.Precedence;
import io.sluice.store.QueueRead;
import io.sluice.store.log.AppendResult;
import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Half messages that were given up, and what was decided on them by hand since. A decision is a {@link HandNote} in the log,
 * in one bundle with the record that it leads to: both survive a crash or neither does, and a repeat finds the note.
 *
 * <p>The notes are read when the first question comes. Safe for many threads; reads the log, so it belongs on a lane that may
 * wait for the disk. In memory: one bit for each message that was given up and is still in the log.
 */
public final class GivenUp {
    private static final Logger log = LoggerFactory.getLogger(GivenUp.class);
    private static final int READ_MESSAGES = 256;
    private static final int READ_BYTES = 1024 * 1024;
    private static final int LOOKS_MAX = 16;

    private final MessageStore store;
    private final Predicate<String> topicExists;
    /** What was decided on, by its place in the queue; {@code null} until the notes were read. Guarded by this object. */
    private EndedOffsets decided;

    GivenUp(MessageStore store, Predicate<String> topicExists) {
        this.store = store;
        this.topicExists = topicExists;
    }

    /**
     * Decides on the copy that lies there. Fails with {@link Refusal#NO_SUCH_TOPIC} or {@link Refusal#UNAVAILABLE}.
     *
     * @param logOffset place of the copy in the log
     */
    public CompletionStage<Decided> decide(long logOffset, Decision decision) {
        try (Records found = store.recordAt(logOffset)) {
            if (found.slices().isEmpty()) {
                return CompletableFuture.completedFuture(Decided.NOT_FOUND);
            }
            MessageView copy = MessageView.of(found.slices().get(0));
            return copy.topic().equals(SystemTopics.CHECK_MAX_TIME)
                    ? decide(copy, decision)
                    : CompletableFuture.completedFuture(Decided.NOT_FOUND);
        }
    }

    private synchronized CompletionStage<Decided> decide(MessageView copy, Decision decision) {
        long offset = copy.queueOffset();
        if (decided().contains(offset)) {
            return CompletableFuture.completedFuture(Decided.DECIDED_BEFORE);
        }
        List<NewRecord> bundle = new ArrayList<>();
        bundle.add(new HandNote(decision, offset, copy.logOffset()).record());
        switch (decision) {
            case COMMIT -> {
                requireTopic(copy);
                bundle.add(TransactionRecords.delivered(copy));
            }
            case ASK -> bundle.add(TransactionRecords.resumed(copy));
            case ROLLBACK -> {
                // The note alone says it.
            }
        }
        CompletableFuture<List<AppendResult>> stored =
                store.appendBundle(bundle).toCompletableFuture();
        boolean refused = stored.isDone() && stored.join().get(0) instanceof AppendResult.Refused;
        if (!refused) {
            decided().add(offset);
            log.info("a half message that was given up is decided by hand: {} at {}", decision, copy.logOffset());
        }
        return stored.thenApply(results -> landed(results.get(0)));
    }

    private void requireTopic(MessageView copy) {
        String topic = copy.property(PropertyNames.REAL_TOPIC);
        if (topic == null || TransactionRecords.queueId(copy) < 0 || !topicExists.test(topic)) {
            throw new RefusedException(
                    Refusal.NO_SUCH_TOPIC,
                    "topic %s of the half message does not exist; create it, then commit".formatted(topic));
        }
    }

    private static Decided landed(AppendResult result) {
        return result.fold(
                stored -> Decided.DONE,
                doubt -> {
                    throw new RefusedException(
                            Refusal.UNAVAILABLE,
                            "the decision is in the log, but the disk did not confirm it in time; list to see whether it holds");
                },
                refused -> {
                    throw new RefusedException(
                            Refusal.UNAVAILABLE, "the decision was not stored: " + refused.sentence());
                });
    }

    /**
     * Tells of copies on which nothing was decided.
     *
     * @param from entry of the queue to begin at
     * @return where to go on; empty at the end
     */
    OptionalLong each(long from, int limit, Consumer<MessageView> told) {
        OffsetRange range = store.range(SystemTopics.CHECK_MAX_TIME, TransactionRecords.QUEUE_ID);
        long at = Math.max(range.min(), from);
        int count = 0;
        for (int look = 0; look < LOOKS_MAX && at < range.max(); look++) {
            try (QueueRead read = read(SystemTopics.CHECK_MAX_TIME, at)) {
                for (int i = 0; i < read.slices().size(); i++) {
                    long offset = read.queueOffsets()[i];
                    if (isDecided(offset)) {
                        continue;
                    }
                    if (count == limit) {
                        return OptionalLong.of(offset);
                    }
                    told.accept(MessageView.of(read.slices().get(i)));
                    count++;
                }
                at = Math.max(at + 1, read.nextOffset());
            }
        }
        return at < range.max() ? OptionalLong.of(at) : OptionalLong.empty();
    }

    private synchronized boolean isDecided(long offset) {
        return decided().contains(offset);
    }

    private EndedOffsets decided() {
        if (decided == null) {
            decided = fold();
        }
        return decided;
    }

    private EndedOffsets fold() {
        EndedOffsets folded = new EndedOffsets(store.range(SystemTopics.CHECK_MAX_TIME, TransactionRecords.QUEUE_ID)
                .min());
        OffsetRange notes = store.range(HandNote.TOPIC, TransactionRecords.QUEUE_ID);
        for (long at = notes.min(); at < notes.max(); ) {
            try (QueueRead read = read(HandNote.TOPIC, at)) {
                if (read.status() == QueueRead.Status.REBUILDING) {
                    throw rebuilding(HandNote.TOPIC);
                }
                for (ByteBuffer slice : read.slices()) {
                    take(MessageView.of(slice), folded);
                }
                at = Math.max(at + 1, read.nextOffset());
            }
        }
        return folded;
    }

    /** When the power took the copy that a note is about, another may have its number since; that one lies behind the note. */
    private void take(MessageView record, EndedOffsets folded) {
        try {
            HandNote note = HandNote.of(record);
            Precedence copy = store.precedence(
                    SystemTopics.CHECK_MAX_TIME, TransactionRecords.QUEUE_ID, note.offset(), record.logOffset());
            if (copy == Precedence.REBUILDING) {
                throw rebuilding(SystemTopics.CHECK_MAX_TIME);
            }
            if (copy == Precedence.BEFORE) {
                folded.add(note.offset());
            }
        } catch (IllegalArgumentException damaged) {
            log.error("a decision by hand cannot be read and does not count: {}", damaged.getMessage());
        }
    }

    private static RefusedException rebuilding(String topic) {
        return new RefusedException(
                Refusal.UNAVAILABLE,
                "queue %d of %s is being rebuilt, so that it is not known what was decided by hand; ask again soon"
                        .formatted(TransactionRecords.QUEUE_ID, topic));
    }

    private QueueRead read(String topic, long from) {
        return store.read(topic, TransactionRecords.QUEUE_ID, from, EntryFilter.ALL, READ_MESSAGES, READ_BYTES);
    }
}
