package io.sluice.broker.timer;

import io.sluice.broker.timer.TimerFacts.Kind;
import io.sluice.model.PropertyNames;
import io.sluice.port.Records;
import io.sluice.store.MessageStore;
import io.sluice.store.log.AppendResult;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves messages that are due into their topics, or on to the end of the timer topic, together with the facts about it: in
 * one batch, which is in the log as a whole or not at all.
 */
final class Delivery {
    private static final Logger log = LoggerFactory.getLogger(Delivery.class);

    private final MessageStore store;
    private final Supplier<TimerRules> rules;
    private final Predicate<String> topicExists;

    /** What became of the messages. */
    sealed interface Outcome {
        /** @param factNext offset behind the facts */
        record Done(TimerFacts facts, long factNext) implements Outcome {}

        /** Nothing was stored. */
        record Refused(AppendResult.Refused refusal) implements Outcome {
            boolean isForGood() {
                return switch (refusal.reason()) {
                    case TOO_LARGE, PROPERTIES_TOO_LARGE, ILLEGAL -> true;
                    case DISK_FULL, OVERLOADED, FLUSH_FAILED, READ_ONLY, CLOSED -> false;
                };
            }
        }
    }

    Delivery(MessageStore store, Supplier<TimerRules> rules, Predicate<String> topicExists) {
        this.store = store;
        this.rules = rules;
        this.topicExists = topicExists;
    }

    /** @param due 1.. messages, in order */
    Outcome deliver(List<TimerEntry> due, long nowMs) {
        List<Records> found = new ArrayList<>(due.size());
        List<NewRecord> records = new ArrayList<>(due.size() + 1);
        TimerFacts facts = new TimerFacts();
        try {
            for (TimerEntry entry : due) {
                Records record = store.recordAt(entry.logOffset());
                found.add(record);
                prepare(entry, record, nowMs, records, facts);
            }
            Outcome outcome = append(records, facts);
            return outcome instanceof Outcome.Refused refused && refused.isForGood() && due.size() == 1
                    ? alone(refused, due.get(0), records.get(0), facts)
                    : outcome;
        } finally {
            found.forEach(Records::close);
        }
    }

    private void prepare(TimerEntry entry, Records found, long nowMs, List<NewRecord> records, TimerFacts facts) {
        if (found.slices().isEmpty()) {
            log.warn(
                    "a timed message is gone from the log: logOffset={} dueAtMs={}",
                    entry.logOffset(),
                    entry.wakeAtMs());
            facts.add(Kind.DROPPED, "", entry);
            return;
        }
        MessageView message = MessageView.of(found.slices().get(0));
        String topic = message.property(PropertyNames.REAL_TOPIC);
        if (TimerRecords.dueAtMs(message) > nowMs) {
            records.add(TimerRecords.rewritten(message, nowMs, rules.get()));
            facts.add(Kind.REWRITTEN, topic, entry);
        } else if (topicExists.test(topic)) {
            records.add(TimerRecords.delivered(message, topic, TimerRecords.queueId(message), nowMs));
            facts.add(Kind.DELIVERED, topic, entry);
        } else {
            log.warn("a timed message is dropped, topic {} does not exist: logOffset={}", topic, entry.logOffset());
            facts.add(Kind.DROPPED, topic, entry);
        }
    }

    /** As a bundle: the power takes both or neither. */
    private Outcome append(List<NewRecord> records, TimerFacts facts) {
        List<NewRecord> batch = new ArrayList<>(records.size() + 1);
        batch.add(TimerRecords.facts(facts, false));
        batch.addAll(records);
        List<AppendResult> results =
                store.appendBundle(batch).toCompletableFuture().join();
        return outcome(results.get(0), facts);
    }

    private static Outcome outcome(AppendResult result, TimerFacts facts) {
        return result.<Outcome>fold(
                stored -> new Outcome.Done(facts, stored.queueOffset() + 1),
                doubt -> new Outcome.Done(facts, doubt.stored().queueOffset() + 1),
                Outcome.Refused::new);
    }

    /** A message that leaves no room for its fact beside it, or that the store does not take any more. */
    private Outcome alone(Outcome.Refused together, TimerEntry entry, NewRecord record, TimerFacts facts) {
        TimerFacts.Fact fact = facts.all().get(0);
        AppendResult result = store.append(record).toCompletableFuture().join();
        if (!(result instanceof AppendResult.Refused refusal)) {
            return append(List.of(), new TimerFacts().add(Kind.DELIVERED_ALONE, fact.topic(), entry));
        }
        if (!new Outcome.Refused(refusal).isForGood()) {
            return together;
        }
        log.error(
                "a timed message for {} is dropped, the store does not take it: logOffset={} ({})",
                record.topic(),
                entry.logOffset(),
                refusal.sentence());
        return append(List.of(), new TimerFacts().add(Kind.DROPPED, fact.topic(), entry));
    }
}
