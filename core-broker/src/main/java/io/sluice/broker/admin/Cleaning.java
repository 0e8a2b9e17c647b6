package io.sluice.broker.admin;

import io.sluice.broker.topic.TopicTable;
import io.sluice.store.MessageStore;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Getting rid of what nobody needs, when an administrator says so. Waits for the disk. Safe for many threads. */
public final class Cleaning {
    private static final Logger log = LoggerFactory.getLogger(Cleaning.class);

    private final MessageStore store;
    private final TopicTable topics;

    public Cleaning(MessageStore store, TopicTable topics) {
        this.store = Objects.requireNonNull(store, "store");
        this.topics = Objects.requireNonNull(topics, "topics");
    }

    /** Deletes queues that belong to no topic of the table, and what a failed deletion has left. Answers how many topics they were of. */
    public int deleteOrphans() {
        int deleted = 0;
        Set<String> all = new TreeSet<>(store.topics());
        all.addAll(store.undeletedTopics());
        for (String topic : all) {
            if (topics.find(topic).isEmpty() && !topics.system().isSystem(topic)) {
                log.info("the queues of {} are deleted, no such topic exists", topic);
                store.deleteTopic(topic);
                deleted++;
            }
        }
        return deleted;
    }

    /** Deletes queue and index files that lead to log files deleted long ago. Answers how many. */
    public int deleteUnbacked() {
        return store.deleteUnbacked();
    }

    /** Deletes log files over the reserved age, whatever the hour. Answers how many. */
    public int deleteExpired() {
        int deleted = store.deleteExpired();
        log.info("log files over the reserved age were deleted on demand: {}", deleted);
        return deleted;
    }
}
