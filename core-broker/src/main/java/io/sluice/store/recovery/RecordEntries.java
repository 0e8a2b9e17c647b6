package io.sluice.store.recovery;

import io.sluice.store.log.DelayLevels;
import io.sluice.store.log.RecordTraits;
import io.sluice.store.queue.ConsumeQueues;
import io.sluice.store.queue.TopicQueues;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.SysFlag;
import java.nio.ByteBuffer;

/** Which queue entries a stored record has: what the appender did when it was stored, found out from the record alone. */
public final class RecordEntries {
    private final DelayLevels delayLevels;
    private final RecordTraits traits = new RecordTraits();

    /** Told of each entry of a record. */
    @FunctionalInterface
    public interface Sink {
        void entry(String topic, int queueId, long number, long tagHash);
    }

    public RecordEntries(DelayLevels delayLevels) {
        this.delayLevels = delayLevels;
    }

    public void of(ByteBuffer record, Sink sink) {
        MessageView view = MessageView.of(record);
        int transaction = view.sysFlag() & SysFlag.TRANSACTION_MASK;
        if (transaction == SysFlag.TRANSACTION_PREPARED
                || transaction == SysFlag.TRANSACTION_ROLLBACK
                || (view.sysFlag() & SysFlag.INNER_BATCH) != 0) {
            return;
        }
        String topic = view.topic();
        if (!isPossible(topic, view.queueId())) {
            return;
        }
        traits.scan(view.propertiesBytes(), 0);
        long tagHash = traits.tagHash();
        if (TopicQueues.DELAY_TOPIC.equals(topic) && traits.delayLevel() != 0) {
            tagHash = delayLevels.dueAtMs(traits.delayLevel(), view.storedAtMs());
        }
        sink.entry(topic, view.queueId(), view.queueOffset(), tagHash);
        if (traits.hasFanOut()) {
            fanOut(tagHash, sink);
        }
    }

    private void fanOut(long tagHash, Sink sink) {
        String[] topics = traits.fanOutTopics();
        String[] numbers = traits.fanOutOffsets();
        for (int i = 0; i < Math.min(topics.length, numbers.length); i++) {
            if (isPossible(topics[i], 0) && numbers[i].matches("[0-9]{1,18}")) {
                sink.entry(topics[i], 0, Long.parseLong(numbers[i]), tagHash);
            }
        }
    }

    private static boolean isPossible(String topic, int queueId) {
        return ConsumeQueues.isStorable(topic) && queueId >= 0 && queueId <= ConsumeQueues.QUEUE_ID_MAX;
    }
}
