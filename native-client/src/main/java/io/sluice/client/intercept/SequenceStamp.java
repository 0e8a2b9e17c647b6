package io.sluice.client.intercept;

import io.sluice.client.send.Sent;
import io.sluice.model.Message;
import io.sluice.model.TopicName;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Numbers the messages of a producer, for each topic from 0 on, so that {@link SequenceAudit} can tell what is missing and what
 * came twice. A send that failed leaves its number missing. Messages of more than 10,000 topics are not numbered.
 */
public final class SequenceStamp implements SendInterceptor {
    /** Property: who numbers. */
    public static final String SOURCE = "sequenceSource";
    /** Property: the number. */
    public static final String NUMBER = "sequenceNumber";

    private static final int TOPICS_MAX = 10_000;

    private final String source;
    private final Map<TopicName, AtomicLong> next = new ConcurrentHashMap<>();

    /** @param source names this producer; a new one for each start, since numbers begin at 0 */
    public SequenceStamp(String source) {
        this.source = source;
    }

    @Override
    public CompletionStage<Sent> around(Message message, SendStep step) {
        AtomicLong counter = next.get(message.topic());
        if (counter == null) {
            if (next.size() >= TOPICS_MAX) {
                return step.send(message);
            }
            counter = next.computeIfAbsent(message.topic(), fresh -> new AtomicLong());
        }
        return step.send(
                message.withProperty(SOURCE, source).withProperty(NUMBER, Long.toString(counter.getAndIncrement())));
    }
}
