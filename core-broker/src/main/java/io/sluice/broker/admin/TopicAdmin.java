package io.sluice.broker.admin;

import io.sluice.broker.offset.OffsetTable;
import io.sluice.broker.pull.ParkingLot;
import io.sluice.broker.topic.Permission;
import io.sluice.broker.topic.Topic;
import io.sluice.broker.topic.TopicTable;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.TopicCatalog;
import io.sluice.store.MessageStore;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates, changes and deletes topics: the table, the queues in the store, the offsets of groups, and those who wait for
 * messages. Safe for many threads; deletions run on a lane, because they may wait for the disk.
 */
public final class TopicAdmin implements TopicCatalog {
    private static final Logger log = LoggerFactory.getLogger(TopicAdmin.class);

    /** Queues that tools may give a topic; doors have a lower bound of their own. */
    public static final int QUEUES_MAX = 65_536;

    private static final Set<String> ATTRIBUTES_REFUSED = Set.of("queue.type=BatchCQ", "cleanup.policy=COMPACTION");

    private final TopicTable topics;
    private final MessageStore store;
    private final OffsetTable offsets;
    private final ParkingLot lot;
    private final Executor lane;

    /** @param lane runs deletions; may reject them */
    public TopicAdmin(TopicTable topics, MessageStore store, OffsetTable offsets, ParkingLot lot, Executor lane) {
        this.topics = Objects.requireNonNull(topics, "topics");
        this.store = Objects.requireNonNull(store, "store");
        this.offsets = Objects.requireNonNull(offsets, "offsets");
        this.lot = Objects.requireNonNull(lot, "lot");
        this.lane = Objects.requireNonNull(lane, "lane");
    }

    @Override
    public CompletionStage<Optional<TopicDescription>> describe(TopicName topic) {
        return CompletableFuture.completedFuture(topics.find(topic).map(this::description));
    }

    @Override
    public CompletionStage<List<TopicDescription>> list() {
        return CompletableFuture.completedFuture(topics.all().stream()
                .filter(topics::isOfApplications)
                .map(this::description)
                .toList());
    }

    private TopicDescription description(Topic topic) {
        return new TopicDescription(
                topic.name(),
                new TopicSettings(topic.writeQueues(), topic.readQueues(), topic.isReadable(), topic.isWritable()),
                topic.isReadable() ? queues(topic, topic.readQueues()) : List.of(),
                topic.isWritable() ? queues(topic, topic.writeQueues()) : List.of());
    }

    private List<MessageQueue> queues(Topic topic, int count) {
        String brokerName = topics.rules().brokerName();
        return IntStream.range(0, count)
                .mapToObj(id -> new MessageQueue(topic.name(), brokerName, id))
                .toList();
    }

    @Override
    public CompletionStage<TopicDescription> put(TopicName name, TopicSettings settings) {
        int perm = (settings.readable() ? Permission.READ : 0) | (settings.writable() ? Permission.WRITE : 0);
        try {
            checkQueues(name, settings.readQueues(), settings.writeQueues(), TopicSettings.QUEUES_MAX);
        } catch (RefusedException refused) {
            return CompletableFuture.failedFuture(refused);
        }
        Topic topic = topics.find(name)
                .orElseGet(() -> Topic.of(name.value(), 1, perm))
                .withPerm(perm)
                .withQueues(settings.readQueues(), settings.writeQueues());
        return put(topic).thenApply(done -> description(topic));
    }

    /**
     * Creates the topic or replaces all its settings. Completes when the table's file holds it. Fails with
     * {@link Refusal#ILLEGAL_ARGUMENT} for a system topic, a number outside its range, or a kind of topic that this broker
     * does not have.
     */
    public CompletionStage<Void> put(Topic topic) {
        try {
            checkNotSystem(topic.name(), "changed");
            checkQueues(topic.name(), topic.readQueues(), topic.writeQueues(), QUEUES_MAX);
            checkKind(topic);
        } catch (RefusedException refused) {
            return CompletableFuture.failedFuture(refused);
        }
        CompletionStage<Void> saved = topics.put(topic);
        lot.shake(topic.name().value());
        return saved;
    }

    private static void checkQueues(TopicName name, int readQueues, int writeQueues, int max) {
        if (readQueues < 1 || readQueues > max || writeQueues < 1 || writeQueues > max) {
            throw new RefusedException(
                    Refusal.ILLEGAL_ARGUMENT,
                    "topic %s cannot have %d read and %d write queues; expected 1 to %d each"
                            .formatted(name, readQueues, writeQueues, max));
        }
    }

    private static void checkKind(Topic topic) {
        if (topic.perm() < 0 || topic.perm() > Permission.MAX) {
            throw new RefusedException(
                    Refusal.ILLEGAL_ARGUMENT,
                    "perm %d of topic %s is out of range; expected 0 to %d, such as 6 for read and write"
                            .formatted(topic.perm(), topic.name(), Permission.MAX));
        }
        for (Map.Entry<String, String> attribute : topic.attributes().entrySet()) {
            String said = attribute.getKey() + "=" + attribute.getValue();
            if (ATTRIBUTES_REFUSED.contains(said)) {
                throw new RefusedException(
                        Refusal.ILLEGAL_ARGUMENT,
                        "topic %s cannot have %s: this broker keeps plain queues and deletes by age"
                                .formatted(topic.name(), said));
            }
        }
    }

    private void checkNotSystem(TopicName topic, String what) {
        if (topics.system().isSystem(topic.value())) {
            throw new RefusedException(
                    Refusal.ILLEGAL_ARGUMENT,
                    "The topic[%s] is conflict with system topic, it cannot be %s".formatted(topic, what));
        }
    }

    @Override
    public CompletionStage<Boolean> delete(TopicName topic) {
        try {
            checkNotSystem(topic, "deleted");
        } catch (RefusedException refused) {
            return CompletableFuture.failedFuture(refused);
        }
        return topics.remove(topic)
                .thenCompose(existed -> existed || store.undeletedTopics().contains(topic.value())
                        ? deleteQueues(topic)
                        : stays(false));
    }

    private CompletionStage<Boolean> deleteQueues(TopicName topic) {
        offsets.removeTopic(topic);
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        try {
            lane.execute(() -> {
                try {
                    store.deleteTopic(topic.value());
                    done.complete(true);
                } catch (RuntimeException failed) {
                    log.error("the queues of deleted topic {} could not be deleted", topic, failed);
                    done.completeExceptionally(failed);
                }
                lot.shake(topic.value());
            });
        } catch (RejectedExecutionException full) {
            done.completeExceptionally(new RefusedException(
                    Refusal.OVERLOADED,
                    "topic %s is gone, but too much administration waits to delete its queues; cleanUnusedTopic does it"
                            .formatted(topic)));
        }
        return done;
    }

    private static CompletionStage<Boolean> stays(boolean answer) {
        return CompletableFuture.completedFuture(answer);
    }
}
