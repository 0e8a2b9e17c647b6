package io.sluice.port;

import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Which topics exist and where their queues are. */
public interface TopicCatalog {

    CompletionStage<Optional<TopicDescription>> describe(TopicName topic);

    /** Topics of applications, in name order; not the broker's own, not retry or dead-letter topics. */
    CompletionStage<List<TopicDescription>> list();

    /**
     * Creates the topic or changes its settings. Fails with {@link Refusal#ILLEGAL_ARGUMENT} for a name that is a system
     * topic's or a number outside its range.
     */
    CompletionStage<TopicDescription> put(TopicName topic, TopicSettings settings);

    /** Whether the topic existed. Its records go with the retention of the log. */
    CompletionStage<Boolean> delete(TopicName topic);

    /**
     * @param writeQueues queues that sends go to, 1..1024
     * @param readQueues  queues that consumers see, 1..1024
     */
    record TopicSettings(int writeQueues, int readQueues, boolean readable, boolean writable) {
        public static final int QUEUES_MAX = 1024;

        public static TopicSettings ofQueues(int queues) {
            return new TopicSettings(queues, queues, true, true);
        }
    }

    /** @param readable queues that can be read, in order; {@code writable} those that can be sent to */
    record TopicDescription(
            TopicName topic, TopicSettings settings, List<MessageQueue> readable, List<MessageQueue> writable) {
        public TopicDescription {
            readable = List.copyOf(readable);
            writable = List.copyOf(writable);
        }
    }
}
