package io.sluice.http;

import io.sluice.http.channel.ListenerConfig;
import io.sluice.http.consume.ConsumeConfig;
import io.sluice.port.TopicCatalog.TopicSettings;
import java.util.Objects;

/**
 * Everything the REST door can be told.
 *
 * @param messageMaxBytes largest message body taken, 1..; the broker's own limit should not be smaller
 * @param newTopicQueues  queues of a topic created without saying how many, 1..1024
 */
public record HttpConfig(ListenerConfig listener, int messageMaxBytes, int newTopicQueues, ConsumeConfig consume) {
    public static final int MESSAGE_MAX_BYTES_DEFAULT = 4 * 1024 * 1024;
    public static final int NEW_TOPIC_QUEUES_DEFAULT = 8;

    public HttpConfig {
        Objects.requireNonNull(listener, "listener");
        Objects.requireNonNull(consume, "consume");
        if (messageMaxBytes < 1) {
            throw new IllegalArgumentException("messageMaxBytes %d must be at least 1".formatted(messageMaxBytes));
        }
        if (newTopicQueues < 1 || newTopicQueues > TopicSettings.QUEUES_MAX) {
            throw new IllegalArgumentException(
                    "newTopicQueues %d must be 1..%d".formatted(newTopicQueues, TopicSettings.QUEUES_MAX));
        }
    }

    /** 4 MiB messages, 8 queues per new topic, and the defaults of the listener and of consumption. */
    public static HttpConfig at(String bindAddress, int port) {
        return new HttpConfig(
                ListenerConfig.at(bindAddress, port),
                MESSAGE_MAX_BYTES_DEFAULT,
                NEW_TOPIC_QUEUES_DEFAULT,
                ConsumeConfig.DEFAULT);
    }

    public HttpConfig withListener(ListenerConfig changed) {
        return new HttpConfig(changed, messageMaxBytes, newTopicQueues, consume);
    }

    public HttpConfig withMessageMaxBytes(int changed) {
        return new HttpConfig(listener, changed, newTopicQueues, consume);
    }

    public HttpConfig withNewTopicQueues(int changed) {
        return new HttpConfig(listener, messageMaxBytes, changed, consume);
    }

    public HttpConfig withConsume(ConsumeConfig changed) {
        return new HttpConfig(listener, messageMaxBytes, newTopicQueues, changed);
    }
}
