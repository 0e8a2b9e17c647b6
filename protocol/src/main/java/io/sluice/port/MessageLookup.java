package io.sluice.port;

import io.sluice.model.MessageId;
import io.sluice.model.TopicName;
import java.util.concurrent.CompletionStage;

/** Finds single messages. */
public interface MessageLookup {

    /**
     * Messages of the topic with this key (a business key or a producer's unique key), stored within the span, newest
     * first; exact, not by hash alone.
     *
     * @param limit 1..64
     */
    CompletionStage<Records> byKey(TopicName topic, String key, long fromMs, long toMs, int limit);

    /** The message, or none when the id does not point at a record that is kept. */
    CompletionStage<Records> byId(MessageId id);
}
