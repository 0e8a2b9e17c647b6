package io.sluice.broker.transaction;

import io.sluice.broker.topic.SystemTopics;
import io.sluice.model.GroupName;
import io.sluice.model.IllegalNameException;
import io.sluice.model.MessageId;
import io.sluice.model.PropertyNames;
import io.sluice.port.HalfMessages;
import io.sluice.port.Records;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.store.MessageStore;
import io.sluice.wire.message.MessageView;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Shows half messages that nobody has decided on, and takes decisions by hand. Looks into the log, so it works on a lane of
 * its own. Safe for many threads.
 */
public final class TransactionDesk implements HalfMessages {
    private final Transactions transactions;
    private final MessageStore store;
    private final Predicate<String> topicExists;
    private final Executor lane;

    /** @param lane runs the look-ups; may reject them */
    public TransactionDesk(
            Transactions transactions, MessageStore store, Predicate<String> topicExists, Executor lane) {
        this.transactions = Objects.requireNonNull(transactions, "transactions");
        this.store = Objects.requireNonNull(store, "store");
        this.topicExists = Objects.requireNonNull(topicExists, "topicExists");
        this.lane = Objects.requireNonNull(lane, "lane");
    }

    @Override
    public CompletionStage<Listed> list(State state, long from, int limit) {
        if (from < 0 || limit < 1 || limit > LIMIT_MAX) {
            return CompletableFuture.failedFuture(new RefusedException(
                    Refusal.ILLEGAL_ARGUMENT,
                    "from %d or limit %d is out of range; expected at least 0, and 1 to %d"
                            .formatted(from, limit, LIMIT_MAX)));
        }
        return onLane(() -> CompletableFuture.completedFuture(
                state == State.PENDING ? pending(from, limit) : givenUp(from, limit)));
    }

    private Listed pending(long from, int limit) {
        List<Half> open = transactions.open(from, limit + 1);
        List<HalfMessage> shown = new ArrayList<>();
        for (Half half : open.subList(0, Math.min(limit, open.size()))) {
            try (Records found = store.recordAt(half.logOffset())) {
                found.slices().stream()
                        .map(MessageView::of)
                        .map(message -> shown(message, State.PENDING, half.asked()))
                        .forEach(shown::add);
            }
        }
        return new Listed(
                shown, open.size() > limit ? OptionalLong.of(open.get(limit).halfOffset()) : OptionalLong.empty());
    }

    private Listed givenUp(long from, int limit) {
        List<HalfMessage> shown = new ArrayList<>();
        OptionalLong next = transactions.givenUp().each(from, limit, copy -> shown.add(shown(copy, State.GIVEN_UP, 0)));
        return new Listed(shown, next);
    }

    private static HalfMessage shown(MessageView message, State state, int asked) {
        return new HalfMessage(
                message.messageId().toString(),
                state,
                text(message, PropertyNames.REAL_TOPIC),
                TransactionRecords.queueId(message),
                text(message, PropertyNames.PRODUCER_GROUP),
                text(message, PropertyNames.UNIQUE_KEY),
                message.storedAtMs(),
                asked,
                message.storedBody().remaining());
    }

    private static String text(MessageView message, String property) {
        String value = message.property(property);
        return value == null ? "" : value;
    }

    @Override
    public CompletionStage<Decided> decide(String id, Decision decision) {
        MessageId place;
        try {
            place = MessageId.parse(id);
        } catch (IllegalArgumentException invalid) {
            return CompletableFuture.failedFuture(new RefusedException(Refusal.ILLEGAL_ARGUMENT, invalid.getMessage()));
        }
        return onLane(() -> decide(place, decision));
    }

    private CompletionStage<Decided> decide(MessageId place, Decision decision) {
        try (Records found = store.recordAt(place.logOffset())) {
            if (found.slices().isEmpty()) {
                return CompletableFuture.completedFuture(Decided.NOT_FOUND);
            }
            MessageView message = MessageView.of(found.slices().get(0));
            if (!message.messageId().equals(place)) {
                return CompletableFuture.completedFuture(Decided.NOT_FOUND);
            }
            if (!message.topic().equals(SystemTopics.HALF)) {
                return transactions.givenUp().decide(place.logOffset(), decision);
            }
            return CompletableFuture.completedFuture(decision == Decision.ASK ? ask(message) : end(message, decision));
        }
    }

    private Decided ask(MessageView half) {
        return transactions.askSoon(half.queueOffset()) ? Decided.DONE : Decided.DECIDED_BEFORE;
    }

    private Decided end(MessageView half, Decision decision) {
        boolean commits = decision == Decision.COMMIT;
        String topic = text(half, PropertyNames.REAL_TOPIC);
        if (commits && !topicExists.test(topic)) {
            throw new RefusedException(
                    Refusal.NO_SUCH_TOPIC,
                    "topic '%s' of the half message does not exist; create it, then commit".formatted(topic));
        }
        GroupName group;
        try {
            group = new GroupName(text(half, PropertyNames.PRODUCER_GROUP));
        } catch (IllegalNameException nobody) {
            return Decided.NOT_FOUND;
        }
        HalfEnd end = new HalfEnd(
                group,
                half.queueOffset(),
                half.logOffset(),
                commits ? HalfEnd.Decision.COMMIT : HalfEnd.Decision.ROLLBACK);
        return switch (transactions.end(end)) {
            case DONE -> Decided.DONE;
            case ENDED_BEFORE -> Decided.DECIDED_BEFORE;
            case NOT_FOUND -> Decided.NOT_FOUND;
            case NOT_STORED ->
                throw new RefusedException(
                        Refusal.UNAVAILABLE, "the decision was not stored; the log of the broker says why. Try again");
        };
    }

    private <T> CompletionStage<T> onLane(Supplier<CompletionStage<T>> work) {
        try {
            return CompletableFuture.supplyAsync(work, lane).thenCompose(answer -> answer);
        } catch (RejectedExecutionException full) {
            return CompletableFuture.failedFuture(new RefusedException(
                    Refusal.OVERLOADED, "too many look-ups wait (%s); try again".formatted(full.getMessage())));
        }
    }
}
