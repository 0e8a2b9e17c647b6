package io.sluice.broker.send;

import io.sluice.broker.group.GroupConfigTable;
import io.sluice.broker.topic.Topic;
import io.sluice.broker.topic.TopicTable;
import io.sluice.model.GroupName;
import io.sluice.model.IllegalNameException;
import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.port.Records;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.SendOutcome;
import io.sluice.store.MessageStore;
import io.sluice.wire.body.SubscriptionGroupConfig;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.PropertiesCodec;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Stores a message again that a consumer could not handle: in the retry topic of its group, to come back after a delay that
 * grows with each failure, or in the dead-letter topic when no attempt is left. Safe for many threads; reads the message
 * first, which may wait for the disk.
 */
public final class SendBack {
    /** Level of the first delay: failures so far are added to it. */
    public static final int FIRST_RETRY_LEVEL = 3;

    private final MessageStore store;
    private final TopicTable topics;
    private final GroupConfigTable groups;
    private final SendService sends;

    public SendBack(MessageStore store, TopicTable topics, GroupConfigTable groups, SendService sends) {
        this.store = Objects.requireNonNull(store, "store");
        this.topics = Objects.requireNonNull(topics, "topics");
        this.groups = Objects.requireNonNull(groups, "groups");
        this.sends = Objects.requireNonNull(sends, "sends");
    }

    /**
     * @param logOffset         where the message lies
     * @param delayLevel        negative: to the dead letters; 0: the broker chooses; else this level
     * @param maxReconsumeTimes how many failures are allowed; negative: as the group's settings say
     */
    public record Failed(long logOffset, GroupName group, int delayLevel, int maxReconsumeTimes) {}

    /**
     * Completes with the outcome, or with none when the group's settings drop failed messages. Fails with
     * {@link RefusedException}: {@link Refusal#NO_SUCH_GROUP}, or {@link Refusal#ILLEGAL_ARGUMENT} when no message lies
     * there.
     */
    public CompletionStage<Optional<SendOutcome>> sendBack(Failed failed) {
        SubscriptionGroupConfig group = groups.forUse(failed.group()).orElse(null);
        if (group == null) {
            return CompletableFuture.failedFuture(new RefusedException(
                    Refusal.NO_SUCH_GROUP,
                    "subscription group [%s] does not exist; create it with updateSubGroup".formatted(failed.group())));
        }
        if (group.retryQueueNums() <= 0) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        try (Records found = store.recordAt(failed.logOffset())) {
            if (found.slices().isEmpty()) {
                throw new RefusedException(
                        Refusal.ILLEGAL_ARGUMENT, "look message by offset failed, %d".formatted(failed.logOffset()));
            }
            return again(MessageView.of(found.slices().get(0)), failed, group)
                    .thenApply(sent -> Optional.of(sent.outcome()));
        } catch (RefusedException refused) {
            return CompletableFuture.failedFuture(refused);
        } catch (IllegalNameException illegal) {
            return CompletableFuture.failedFuture(new RefusedException(Refusal.ILLEGAL_ARGUMENT, illegal.getMessage()));
        }
    }

    private CompletionStage<Sent> again(MessageView message, Failed failed, SubscriptionGroupConfig group) {
        MessageProperties properties = retried(message);
        int max = failed.maxReconsumeTimes() >= 0 ? failed.maxReconsumeTimes() : group.retryMaxTimes();
        if (failed.delayLevel() < 0 || message.reconsumeTimes() >= max) {
            Topic deadLetters = topics.ensureGroupTopic(TopicName.deadLetterOf(failed.group()), 1);
            MessageProperties buried = properties
                    .without(PropertyNames.DELAY_LEVEL)
                    .with(PropertyNames.DEAD_LETTER_ORIGIN_TOPIC, properties.get(PropertyNames.RETRY_TOPIC))
                    .with(PropertyNames.DEAD_LETTER_ORIGIN_MESSAGE_ID, properties.get(PropertyNames.ORIGIN_MESSAGE_ID));
            return sends.store(deadLetters, copy(message, deadLetters, 0, buried));
        }
        int level = failed.delayLevel() > 0 ? failed.delayLevel() : FIRST_RETRY_LEVEL + message.reconsumeTimes();
        Topic retry = topics.ensureGroupTopic(TopicName.retryOf(failed.group()), group.retryQueueNums());
        int queueId = ThreadLocalRandom.current().nextInt(Math.max(1, retry.writeQueues()));
        return sends.store(
                retry,
                copy(message, retry, queueId, properties.with(PropertyNames.DELAY_LEVEL, Integer.toString(level))));
    }

    /** What a retried message says of its past: its first topic and id stay with it through all attempts. */
    private static MessageProperties retried(MessageView message) {
        MessageProperties properties = message.properties()
                .without(PropertyNames.REAL_TOPIC)
                .without(PropertyNames.REAL_QUEUE_ID)
                .with(PropertyNames.WAIT, "false");
        if (!properties.has(PropertyNames.RETRY_TOPIC)) {
            properties = properties.with(PropertyNames.RETRY_TOPIC, message.topic());
        }
        if (!properties.has(PropertyNames.ORIGIN_MESSAGE_ID)) {
            properties = properties.with(
                    PropertyNames.ORIGIN_MESSAGE_ID, message.messageId().toString());
        }
        return properties;
    }

    private static NewMessage copy(MessageView message, Topic topic, int queueId, MessageProperties properties) {
        return new NewMessage(
                topic.name().value(),
                queueId,
                "",
                0,
                message.flag(),
                message.sysFlag(),
                message.bornAtMs(),
                message.bornHost(),
                PropertiesCodec.text(properties),
                message.storedBody(),
                message.reconsumeTimes() + 1,
                0);
    }
}
