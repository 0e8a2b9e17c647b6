package io.sluice.port.contract;

import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.SendOutcome;
import io.sluice.port.Timers;
import io.sluice.wire.message.RecallHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/** Messages of a {@link MemoryBroker} that wait for their time. */
final class MemoryTimers implements Timers {
    private static final Duration LONGEST = Duration.ofDays(366);
    private static final int KEY_DIGITS = 16;

    private final ScheduledExecutorService clock;
    private final Predicate<TopicName> topicExists;
    private final BiConsumer<Message, MessageQueue> deliver;
    private final List<Parked> parked = new ArrayList<>();
    private long keys;

    private record Parked(Message message, RecallHandle handle) {}

    MemoryTimers(
            ScheduledExecutorService clock,
            Predicate<TopicName> topicExists,
            BiConsumer<Message, MessageQueue> deliver) {
        this.clock = clock;
        this.topicExists = topicExists;
        this.deliver = deliver;
    }

    static boolean isTimed(Message message) {
        String dueAt = message.properties().get(PropertyNames.TIMER_DELIVER_MS);
        return dueAt != null && Long.parseLong(dueAt) > System.currentTimeMillis();
    }

    SendOutcome park(Message message, MessageQueue queue) {
        long dueAtMs = Long.parseLong(message.properties().get(PropertyNames.TIMER_DELIVER_MS));
        long waitMs = dueAtMs - System.currentTimeMillis();
        if (waitMs > LONGEST.toMillis()) {
            return new SendOutcome.Refused(
                    Refusal.TOO_FAR_AWAY,
                    "the delivery is %d ms away, at most %d are allowed".formatted(waitMs, LONGEST.toMillis()));
        }
        Parked one;
        synchronized (parked) {
            String key = ("%0" + KEY_DIGITS + "d").formatted(keys++);
            one = new Parked(message, new RecallHandle(message.topic(), queue.brokerName(), dueAtMs, key));
            parked.add(one);
        }
        clock.schedule(() -> fire(one, queue), Math.max(0, waitMs), TimeUnit.MILLISECONDS);
        return new SendOutcome.Stored(queue, 0, 0, "0", one.handle.text());
    }

    private void fire(Parked one, MessageQueue queue) {
        synchronized (parked) {
            if (!parked.remove(one)) {
                return;
            }
        }
        deliver.accept(one.message, queue);
    }

    @Override
    public CompletionStage<Boolean> recall(TopicName topic, String handle) {
        try {
            requireTopic(topic);
            RecallHandle wanted = RecallHandle.parse(handle);
            if (!wanted.topic().equals(topic)) {
                throw new IllegalArgumentException("the recall handle is for topic " + wanted.topic());
            }
            synchronized (parked) {
                return CompletableFuture.completedFuture(parked.removeIf(one -> one.handle.equals(wanted)));
            }
        } catch (RefusedException refused) {
            return CompletableFuture.failedFuture(refused);
        } catch (IllegalArgumentException invalid) {
            return CompletableFuture.failedFuture(new RefusedException(Refusal.ILLEGAL_ARGUMENT, invalid.getMessage()));
        }
    }

    private void requireTopic(TopicName topic) {
        if (!topicExists.test(topic)) {
            throw new RefusedException(Refusal.NO_SUCH_TOPIC, "topic %s does not exist".formatted(topic));
        }
    }

    @Override
    public CompletionStage<WaitingMessages> waiting(TopicName topic, int limit) {
        try {
            requireTopic(topic);
        } catch (RefusedException refused) {
            return CompletableFuture.failedFuture(refused);
        }
        synchronized (parked) {
            List<Waiting> all = parked.stream()
                    .filter(one -> one.message.topic().equals(topic))
                    .map(one -> new Waiting(
                            one.handle.dueAtMs(), one.handle.uniqueKey(), one.handle.text(), one.message.body().length))
                    .sorted(Comparator.comparingLong(Waiting::dueAtMs))
                    .toList();
            return CompletableFuture.completedFuture(
                    new WaitingMessages(all.size(), all.stream().limit(limit).toList()));
        }
    }
}
