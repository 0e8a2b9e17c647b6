package io.sluice.broker.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.broker.topic.SystemTopics;
import io.sluice.broker.transaction.HalfEnd.Decision;
import io.sluice.broker.transaction.HalfEnd.Result;
import io.sluice.model.GroupName;
import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import io.sluice.port.HalfMessages;
import io.sluice.port.HalfMessages.Decided;
import io.sluice.store.LossyDisk;
import io.sluice.store.QueueRead;
import io.sluice.store.log.FlushMode;
import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import io.sluice.wire.message.PropertiesCodec;
import io.sluice.wire.message.SysFlag;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

class TransactionsTest extends TransactionGround {
    @Test
    void aCommittedMessageIsInItsTopicOnceAndARolledBackOneNever() {
        open();
        Sent kept = prepare("kept");
        Sent dropped = prepare("dropped");
        run();
        assertThat(texts(TOPIC)).isEmpty();
        assertThat(end(kept, Decision.COMMIT)).isEqualTo(Result.DONE);
        assertThat(end(dropped, Decision.ROLLBACK)).isEqualTo(Result.DONE);
        assertThat(end(kept, Decision.COMMIT)).isEqualTo(Result.ENDED_BEFORE);
        assertThat(end(dropped, Decision.COMMIT)).isEqualTo(Result.ENDED_BEFORE);
        run();
        assertThat(texts(TOPIC)).containsExactly("kept");
        assertThat(transactions.openCount()).isZero();
        assertThat(transactions.oldestNeeded()).isEqualTo(Long.MAX_VALUE);
        try (QueueRead read = store.read(TOPIC, 0, 0, EntryFilter.ALL, 1, 1 << 20)) {
            MessageView message = MessageView.of(read.slices().get(0));
            assertThat(message.sysFlag() & SysFlag.TRANSACTION_MASK).isEqualTo(SysFlag.TRANSACTION_COMMIT);
            assertThat(message.preparedTransactionOffset()).isEqualTo(kept.logOffset());
            assertThat(message.property(PropertyNames.TRANSACTION_PREPARED)).isEqualTo("true");
        }
        assertThat(texts(SystemTopics.OP_HALF)).containsExactly("0,", "1,");
    }

    @Test
    void anOpRecordWhoseMessageWasLostDoesNotCountAlthoughAnotherRecordCameToStandBehindIt() {
        open();
        Sent lost = prepare("lost");
        store.append(TransactionRecords.op(lost.halfOffset(), true));
        Sent other = prepare("other");
        crash(false);
        assertThat(end(lost, Decision.COMMIT)).isEqualTo(Result.DONE);
        assertThat(end(other, Decision.ROLLBACK)).isEqualTo(Result.DONE);
        assertThat(texts(TOPIC)).containsExactly("lost");
    }

    /** As after a power cut that took the message which the op record ends; another came to have its number behind the record. */
    @Test
    void anOpRecordWaitsWhileTheQueueOfItsHalfMessageIsMadeAgain() {
        open();
        Sent first = prepare("first");
        store.append(TransactionRecords.op(first.halfOffset() + 1, false));
        Sent second = prepare("second");
        assertThat(second.halfOffset()).isEqualTo(first.halfOffset() + 1);
        reopenWithout(SystemTopics.HALF);
        assertThat(end(second, Decision.COMMIT)).isEqualTo(Result.NOT_STORED);
        assertThat(store.mendNow()).isTrue();
        run();
        assertThat(end(second, Decision.COMMIT)).isEqualTo(Result.DONE);
        assertThat(texts(TOPIC)).containsExactly("second");
    }

    private Decided askAgain(long logOffset) {
        return transactions
                .givenUp()
                .decide(logOffset, HalfMessages.Decision.ASK)
                .toCompletableFuture()
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    @Test
    void aMessageThatWasGivenUpIsAskedAboutAgainWhenItIsPutBackAndCommittedOnce() {
        open();
        Sent sent = prepare("late");
        for (int i = 0; i <= RULES.checkMax(); i++) {
            nowMs += RULES.checkEvery().toMillis();
            run();
        }
        assertThat(texts(SystemTopics.CHECK_MAX_TIME)).containsExactly("late");
        assertThat(end(sent, Decision.COMMIT)).isEqualTo(Result.ENDED_BEFORE);
        int asked = questions.size();
        assertThat(askAgain(sent.logOffset())).as("no such copy").isEqualTo(Decided.NOT_FOUND);

        long place = placeOfTheFirst(SystemTopics.CHECK_MAX_TIME);
        assertThat(askAgain(place)).isEqualTo(Decided.DONE);
        assertThat(askAgain(place)).as("a repeat").isEqualTo(Decided.DECIDED_BEFORE);
        nowMs += RULES.checkEvery().toMillis();
        run();
        assertThat(questions).hasSize(asked + 1);
        HalfQuestion question = questions.get(asked);
        assertThat(transactions.end(new HalfEnd(GROUP, question.halfOffset(), question.logOffset(), Decision.COMMIT)))
                .isEqualTo(Result.DONE);
        assertThat(texts(TOPIC)).containsExactly("late");
    }

    @Test
    void onlyTheGroupThatSentAHalfMessageEndsIt() {
        open();
        Sent sent = prepare("a");
        assertThat(transactions.end(
                        new HalfEnd(new GroupName("others"), sent.halfOffset(), sent.logOffset(), Decision.COMMIT)))
                .isEqualTo(Result.NOT_FOUND);
        assertThat(transactions.end(new HalfEnd(GROUP, sent.halfOffset() + 1, sent.logOffset(), Decision.COMMIT)))
                .isEqualTo(Result.NOT_FOUND);
        assertThat(transactions.end(new HalfEnd(GROUP, sent.halfOffset(), sent.logOffset() + 1, Decision.COMMIT)))
                .isEqualTo(Result.NOT_FOUND);
        assertThat(texts(TOPIC)).isEmpty();
    }

    @Test
    void aProducerIsAskedWhenItsTimeIsOverAndAgainUntilTheHalfMessageIsGivenUp() {
        open();
        Sent sent = prepare("a");
        run();
        nowMs += 5_999;
        run();
        assertThat(questions).isEmpty();
        nowMs += 300;
        run();
        assertThat(questions).hasSize(1);
        MessageView shown = MessageView.of(questions.get(0).record());
        assertThat(shown.topic()).isEqualTo(TOPIC);
        assertThat(shown.property(PropertyNames.PRODUCER_GROUP)).isEqualTo(GROUP.value());
        assertThat(questions.get(0).logOffset()).isEqualTo(sent.logOffset());
        for (int i = 0; i < 5; i++) {
            nowMs += 30_000;
            run();
        }
        assertThat(questions).hasSize(3);
        assertThat(texts(SystemTopics.CHECK_MAX_TIME)).containsExactly("a");
        assertThat(end(sent, Decision.COMMIT)).isEqualTo(Result.ENDED_BEFORE);
        assertThat(texts(TOPIC)).isEmpty();
    }

    @Test
    void whileNoProducerIsThereNothingIsCountedAndTheAgeDecides() {
        open();
        producerIsThere = false;
        prepare("a");
        for (int i = 0; i < 100; i++) {
            nowMs += 30_000;
            run();
        }
        assertThat(transactions.openCount()).isEqualTo(1);
        producerIsThere = true;
        nowMs += 30_000;
        run();
        assertThat(questions).hasSize(1);
        nowMs += Duration.ofHours(1).toMillis();
        run();
        assertThat(texts(SystemTopics.CHECK_MAX_TIME)).containsExactly("a");
    }

    @Test
    void aHalfMessageMayAskToBeLeftAloneLonger() {
        open();
        store.append(new NewRecord(
                SystemTopics.HALF,
                0,
                0,
                0,
                nowMs,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                0,
                0,
                ByteBuffer.allocate(1),
                ByteBuffer.wrap(PropertiesCodec.encode(MessageProperties.NONE
                        .with(PropertyNames.PRODUCER_GROUP, GROUP.value())
                        .with(PropertyNames.CHECK_IMMUNITY_SECONDS, "60")
                        .with(PropertyNames.REAL_TOPIC, TOPIC)
                        .with(PropertyNames.REAL_QUEUE_ID, "0"))),
                false));
        run();
        nowMs += 59_000;
        run();
        assertThat(questions).isEmpty();
        nowMs += 2_000;
        run();
        assertThat(questions).hasSize(1);
    }

    @Test
    void progressIsToldOnceTheLogIsOnTheDisk() {
        flushMode = FlushMode.SYNC_FLUSH;
        open();
        Sent first = prepare("a");
        prepare("b");
        end(first, Decision.COMMIT);
        prepare("c");
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            run();
            return progress.getOrDefault(SystemTopics.HALF, 0L) == 1;
        });
        crash(false);
        assertThat(transactions.openCount()).isEqualTo(2);
        assertThat(end(first, Decision.COMMIT)).isEqualTo(Result.ENDED_BEFORE);
        assertThat(texts(TOPIC)).containsExactly("a");
    }

    /** Random half messages, decisions, repeats, kills and power cuts against a plain table. */
    @Property(tries = 40, shrinking = ShrinkingMode.OFF)
    void everyDecisionHoldsWhateverHappens(@ForAll long seed) {
        play(seed, FlushMode.SYNC_FLUSH);
    }

    /** A power cut may take what the disk does not have; what it has is decided as it was, or can be decided. */
    @Property(tries = 20, shrinking = ShrinkingMode.OFF)
    void everyHalfMessageOnTheDiskCanBeDecidedWhenNobodyWaitsForTheDisk(@ForAll long seed) {
        play(seed, FlushMode.ASYNC_FLUSH);
    }

    private void play(long seed, FlushMode mode) {
        Random random = new Random(seed);
        disk = new LossyDisk(seed);
        flushMode = mode;
        progress.clear();
        open();
        Map<Sent, Decision> decided = new HashMap<>();
        List<Sent> all = new ArrayList<>();
        Set<String> rolledBack = new HashSet<>();
        Set<String> doubtful = new HashSet<>();
        int prepared = 0;
        boolean powerWasCut = false;
        for (int step = 0; step < 60; step++) {
            int kind = random.nextInt(10);
            if (kind < 4) {
                all.add(prepare("m" + prepared++));
            } else if (kind < 8 && !all.isEmpty()) {
                Sent sent = all.get(random.nextInt(all.size()));
                Decision wanted =
                        decided.getOrDefault(sent, random.nextBoolean() ? Decision.COMMIT : Decision.ROLLBACK);
                decided.put(sent, wanted);
                Result result = end(sent, wanted);
                assertThat(result).isIn(Result.DONE, Result.ENDED_BEFORE);
            } else if (kind == 8) {
                boolean power = random.nextBoolean();
                powerWasCut |= power;
                if (power && mode == FlushMode.ASYNC_FLUSH) {
                    long durableTo = store.health().flushedTo();
                    all.stream()
                            .filter(sent -> sent.logOffset() >= durableTo)
                            .map(Sent::text)
                            .forEach(doubtful::add);
                    all.removeIf(sent -> doubtful.contains(sent.text()));
                    decided.keySet().retainAll(all);
                }
                crash(power);
            } else {
                assertThat(store.force(store.logRange().max())).isTrue();
            }
            run();
        }
        // A producer that is asked says the same again.
        decided.forEach(this::end);
        decided.forEach((sent, decision) -> {
            if (decision == Decision.ROLLBACK) {
                rolledBack.add(sent.text());
            }
        });
        Set<String> committed = new HashSet<>();
        decided.forEach((sent, decision) -> {
            if (decision == Decision.COMMIT) {
                committed.add(sent.text());
            }
        });
        await().atMost(Duration.ofSeconds(60)).until(() -> texts(TOPIC).containsAll(committed));
        List<String> delivered = texts(TOPIC);
        assertThat(delivered)
                .noneMatch(rolledBack::contains)
                .allMatch(text -> committed.contains(text) || doubtful.contains(text));
        if (!powerWasCut) {
            assertThat(delivered).doesNotHaveDuplicates();
        }
    }
}
