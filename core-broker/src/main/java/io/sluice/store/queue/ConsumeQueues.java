package io.sluice.store.queue;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Every queue of the store, found by one look-up of the topic.
 *
 * <p>{@link #put} and what it touches belong to the holder of the append lock; everything else may be called by any thread.
 */
public final class ConsumeQueues {
    /** Highest number that a queue may have. */
    public static final int QUEUE_ID_MAX = 65_535;

    private final QueueFiles files;
    private final ConcurrentHashMap<String, TopicQueues> topics = new ConcurrentHashMap<>();
    /** Queues with entries that are not in files yet. Guarded by the append lock. */
    private ArrayList<ConsumeQueue> dirty = new ArrayList<>();
    /** Number of the list that is being filled; a queue knows which one it was put on last. Guarded by the append lock. */
    private int listId = 1;
    /** What a decoder leaves where the bytes were no UTF-8. */
    private static final char NO_UTF_8 = '\uFFFD';

    /** Entries put since the store was opened; owned by the holder of the append lock, read as {@link #entriesTold}. */
    private long entriesPut;

    /** As many, for everybody; an entry is counted here when it is in its queue. */
    private final AtomicLong entriesTold = new AtomicLong();

    private volatile long entriesWritten;

    public ConsumeQueues(QueueFiles files) {
        this.files = files;
    }

    public QueueFiles files() {
        return files;
    }

    /**
     * Whether a topic of this name can have a directory: no path may be built from any other. A name that was decoded from
     * bytes that are no UTF-8 is none either: it is not the name that the record has, so its reader would never find it.
     */
    public static boolean isStorable(String topic) {
        if (topic.isEmpty() || topic.equals(".") || topic.equals("..")) {
            return false;
        }
        for (int i = 0; i < topic.length(); i++) {
            char c = topic.charAt(i);
            if (c == '/' || c == '\\' || c < ' ' || c == NO_UTF_8) {
                return false;
            }
        }
        return true;
    }

    /** {@code null} when the topic has no queue here. */
    public TopicQueues find(String topic) {
        return topics.get(topic);
    }

    /** {@code null} when there is no such queue. */
    public ConsumeQueue find(String topic, int queueId) {
        TopicQueues known = topics.get(topic);
        return known == null ? null : known.find(queueId);
    }

    /** The topic, added when it is new. The name {@linkplain #isStorable can be stored}. */
    public TopicQueues topic(String name) {
        TopicQueues known = topics.get(name);
        return known != null ? known : topics.computeIfAbsent(name, TopicQueues::new);
    }

    /** The queue, added empty when it is new. */
    public ConsumeQueue queue(TopicQueues topic, int queueId) {
        ConsumeQueue known = topic.find(queueId);
        return known != null ? known : add(topic, queueId, 0, 0);
    }

    /** Adds a queue whose entries are in its files already. */
    public ConsumeQueue add(TopicQueues topic, int queueId, long start, long next) {
        return topic.add(new ConsumeQueue(new QueueKey(topic.name(), queueId), topic, files, start, next));
    }

    public Collection<TopicQueues> topics() {
        return topics.values();
    }

    public void forEach(Consumer<ConsumeQueue> each) {
        for (TopicQueues topic : topics.values()) {
            for (ConsumeQueue queue : topic.all()) {
                if (queue != null) {
                    each.accept(queue);
                }
            }
        }
    }

    public int count() {
        int[] count = {0};
        forEach(queue -> count[0]++);
        return count[0];
    }

    public TreeSet<String> topicNames() {
        return new TreeSet<>(topics.keySet());
    }

    public List<QueueKey> keys() {
        List<QueueKey> keys = new ArrayList<>();
        forEach(queue -> keys.add(queue.key()));
        return keys;
    }

    // ---- by the holder of the append lock

    /** Adds the queue's next entry; it becomes readable by {@link ConsumeQueue#publish}. */
    public void put(ConsumeQueue queue, long logOffset, int size, long tagHash) {
        list(queue);
        queue.put(logOffset, size, tagHash);
        added(1);
    }

    /** Adds one of several entries; {@link #added} follows when all of them are in. */
    public void putOne(ConsumeQueue queue, long logOffset, int size, long tagHash) {
        list(queue);
        queue.put(logOffset, size, tagHash);
    }

    /** So many entries were added by {@link #putOne}. */
    public void added(int entries) {
        entriesPut += entries;
        entriesTold.setRelease(entriesPut);
    }

    /** While the log is recovered: numbers up to this one stand for messages that are lost. */
    public void putLost(ConsumeQueue queue, long upTo) {
        list(queue);
        entriesPut += upTo - queue.next();
        entriesTold.setRelease(entriesPut);
        queue.putNoMessages(upTo);
        queue.publish(queue.next());
    }

    /** While the log is recovered: the queue begins at this number, whatever it had. */
    public void restart(ConsumeQueue queue, long at) {
        entriesWritten += queue.next() - queue.writtenTo();
        queue.restart(at);
    }

    /** Puts the queue on the writer's list, before it grows. */
    private void list(ConsumeQueue queue) {
        if (queue.listedOn() != listId) {
            queue.listOn(listId);
            dirty.add(queue);
        }
    }

    /** Forgets the topic; its files are left to the queue-writer. */
    public TopicQueues remove(String topic) {
        TopicQueues removed = topics.remove(topic);
        if (removed != null) {
            removed.drop();
            for (ConsumeQueue queue : removed.all()) {
                if (queue != null) {
                    queue.drop();
                }
            }
        }
        return removed;
    }

    /** Takes the list of queues with new entries, in one step whatever its length; the next one begins empty. */
    Listed takeListed() {
        Listed taken = new Listed(listId, dirty);
        dirty = new ArrayList<>();
        listId++;
        return taken;
    }

    /** Queues that had entries in memory when the list of this number was taken. */
    record Listed(int id, List<ConsumeQueue> queues) {}

    // ---- by the queue-writer

    /** How far every queue is written, which the log offset says in terms of the log. */
    QueueTable writtenTable(long position, long lastRecord) {
        List<QueueTable.Line> lines = new ArrayList<>();
        forEach(queue -> lines.add(new QueueTable.Line(queue.key(), queue.start(), queue.writtenTo())));
        return new QueueTable(position, lastRecord, lines);
    }

    // ---- by any thread

    /** Entries that are in memory alone. */
    public long backlog() {
        return entriesTold.get() - entriesWritten;
    }

    /** By the queue-writer alone. */
    void wrote(long entries) {
        entriesWritten += entries;
    }
}
