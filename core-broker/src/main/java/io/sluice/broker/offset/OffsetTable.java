package io.sluice.broker.offset;

import io.sluice.broker.table.TableSaver;
import io.sluice.broker.table.TableText;
import io.sluice.model.GroupName;
import io.sluice.model.SluiceException;
import io.sluice.model.TopicName;
import io.sluice.tail.Later;
import io.sluice.wire.body.ConsumerOffsetTable;
import io.sluice.wire.body.DataVersion;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Next offset to read, per group, topic and queue.
 *
 * <p>Safe for many threads. The file follows every few seconds and at the end, so a crash may take a group back by as much;
 * delivery is at least once anyway. A reset may be left pending: then the next pull of the group is sent to the new offset,
 * and what its consumers commit before is ignored. A pending reset can be pushed instead: then pulls are left alone until a
 * consumer shows by a commit or a pull that it stands at the new offset. Pending resets do not survive a restart; the offset
 * itself does.
 */
public final class OffsetTable {
    private final InstantSource clock;
    private final TableSaver saver;
    private final Map<Reader, Map<Integer, Long>> offsets = new ConcurrentHashMap<>();
    private final Map<Reader, Map<Integer, PendingReset>> pendingResets = new ConcurrentHashMap<>();
    private final List<ResetListener> resetListeners = new CopyOnWriteArrayList<>();
    private final AtomicBoolean changed = new AtomicBoolean();
    private volatile DataVersion version;

    /**
     * A group reading a topic. The group is text, because files of other brokers hold keys that are no group's name.
     */
    private record Reader(String topic, String group) {
        private static final char BETWEEN = '@';

        static Reader of(String key) {
            int middle = key.indexOf(BETWEEN);
            if (middle < 1) {
                throw new SluiceException("the offset table has the key '%s', expected topic@group".formatted(key));
            }
            return new Reader(key.substring(0, middle), key.substring(middle + 1));
        }

        String key() {
            return topic + BETWEEN + group;
        }
    }

    /** @param pushed whether consumers were told, so that pulls need not be */
    private record PendingReset(long next, boolean pushed) {}

    private OffsetTable(InstantSource clock, Later later, Consumer<String> file, ConsumerOffsetTable loaded) {
        this.clock = clock;
        this.version = loaded.dataVersion();
        this.saver = new TableSaver("the offset table", later, this::text, file);
        loaded.offsetTable().forEach((key, ofReader) -> offsets.put(Reader.of(key), new ConcurrentHashMap<>(ofReader)));
    }

    /**
     * @param stored what the table's file holds, if it exists
     * @param later  where the file is written
     * @param file   writes the file
     * @throws SluiceException when the file has a key that names no topic and group
     */
    public static OffsetTable open(
            InstantSource clock, Later later, Optional<ConsumerOffsetTable> stored, Consumer<String> file) {
        return new OffsetTable(
                clock,
                later,
                file,
                stored.orElseGet(() -> new ConsumerOffsetTable(Map.of(), DataVersion.initial(clock.millis()))));
    }

    private static Reader reader(GroupName group, TopicName topic) {
        return new Reader(topic.value(), group.value());
    }

    /** Told that a group was put elsewhere, on the thread that did so. */
    @FunctionalInterface
    public interface ResetListener {
        void moved(GroupName group, TopicName topic, int queueId, long next);
    }

    /** Tells the listener of every reset, from now on. */
    public void onReset(ResetListener listener) {
        resetListeners.add(listener);
    }

    /** Where a queue ends. */
    @FunctionalInterface
    public interface QueueEnd {
        long of(String topic, int queueId);
    }

    /**
     * Takes back what was committed of entries that a crash has lost: offsets behind the end of their queue become that end.
     * To be called once, before anything new is stored: what was lowered is in the file on return, so that the next crash does not
     * find the old offsets before a queue that has grown past them.
     *
     * @throws SluiceException when the file could not be written; then nothing may be stored
     */
    public void lowerTo(QueueEnd end) {
        boolean[] isLowered = new boolean[1];
        offsets.forEach((reader, ofReader) -> ofReader.replaceAll((queueId, next) -> {
            long lowered = Math.min(next, end.of(reader.topic(), queueId));
            isLowered[0] |= lowered != next;
            return lowered;
        }));
        if (isLowered[0]) {
            version = version.next(clock.millis());
            saver.saveOrFail();
        }
    }

    public OptionalLong committed(GroupName group, TopicName topic, int queueId) {
        Map<Integer, Long> ofReader = offsets.get(reader(group, topic));
        Long next = ofReader == null ? null : ofReader.get(queueId);
        return next == null ? OptionalLong.empty() : OptionalLong.of(next);
    }

    /**
     * Sets the offset, also backwards; ignored while a reset is pending, which the answer tells. A commit of the very offset
     * that was pushed ends the reset.
     */
    public boolean commit(GroupName group, TopicName topic, int queueId, long next) {
        Reader reader = reader(group, topic);
        PendingReset pending = pending(reader, queueId);
        if (pending != null) {
            if (!pending.pushed() || pending.next() != next) {
                return false;
            }
            forgetReset(reader, queueId, pending);
        }
        set(reader, queueId, next);
        return true;
    }

    /** Moves the offset forward, never back, for a reader that knows of resets; a pending reset is over with that. */
    public void advance(GroupName group, TopicName topic, int queueId, long next) {
        Reader reader = reader(group, topic);
        PendingReset pending = pending(reader, queueId);
        if (pending != null) {
            forgetReset(reader, queueId, pending);
        }
        ofReader(reader).merge(queueId, next, Math::max);
        changed.set(true);
    }

    /** Sets the offset, in either direction, for all consumers of the group. */
    public void reset(GroupName group, TopicName topic, int queueId, long next) {
        Reader reader = reader(group, topic);
        set(reader, queueId, next);
        changePending(reader, ofReader -> ofReader.put(queueId, new PendingReset(next, false)));
        resetListeners.forEach(listener -> listener.moved(group, topic, queueId, next));
    }

    private void set(Reader reader, int queueId, long next) {
        ofReader(reader).put(queueId, next);
        changed.set(true);
    }

    private Map<Integer, Long> ofReader(Reader reader) {
        Map<Integer, Long> known = offsets.get(reader);
        return known != null ? known : offsets.computeIfAbsent(reader, none -> new ConcurrentHashMap<>());
    }

    /** Whether {@link #takeReset} would answer a place now to a consumer that stands elsewhere. */
    public boolean isResetPending(GroupName group, TopicName topic, int queueId) {
        PendingReset pending = pending(reader(group, topic), queueId);
        return pending != null && !pending.pushed();
    }

    private PendingReset pending(Reader reader, int queueId) {
        Map<Integer, PendingReset> ofReader = pendingResets.isEmpty() ? null : pendingResets.get(reader);
        return ofReader == null ? null : ofReader.get(queueId);
    }

    /**
     * Where a consumer that pulls from an offset has to go instead; the reset is over with that. Empty when none is pending,
     * when it was pushed, and when the consumer stands there already, which ends the reset too.
     */
    public OptionalLong takeReset(GroupName group, TopicName topic, int queueId, long from) {
        Reader reader = reader(group, topic);
        PendingReset pending = pending(reader, queueId);
        boolean isThere = pending != null && pending.next() == from;
        if (pending == null || (pending.pushed() && !isThere) || !forgetReset(reader, queueId, pending)) {
            return OptionalLong.empty();
        }
        return isThere ? OptionalLong.empty() : OptionalLong.of(pending.next());
    }

    /** Forgets just this one: a newer reset stays. */
    private boolean forgetReset(Reader reader, int queueId, PendingReset pending) {
        boolean[] forgotten = new boolean[1];
        changePending(reader, ofReader -> forgotten[0] = ofReader.remove(queueId, pending));
        return forgotten[0];
    }

    private void changePending(Reader reader, Consumer<Map<Integer, PendingReset>> change) {
        pendingResets.compute(reader, (key, known) -> {
            Map<Integer, PendingReset> ofReader = known == null ? new ConcurrentHashMap<>() : known;
            change.accept(ofReader);
            return ofReader.isEmpty() ? null : ofReader;
        });
    }

    /** Pending resets that no pull has taken yet, by queue id; from now on they count as pushed, and pulls are left alone. */
    public SortedMap<Integer, Long> takeForPush(GroupName group, TopicName topic) {
        SortedMap<Integer, Long> taken = new TreeMap<>();
        changePending(
                reader(group, topic),
                ofReader -> ofReader.replaceAll((queueId, pending) -> {
                    if (!pending.pushed()) {
                        taken.put(queueId, pending.next());
                    }
                    return new PendingReset(pending.next(), true);
                }));
        return taken;
    }

    /** These pushes reached nobody: the resets that are still pending go with the next pull again. */
    public void pushesFailed(GroupName group, TopicName topic, Map<Integer, Long> pushed) {
        changePending(
                reader(group, topic),
                ofReader -> pushed.forEach((queueId, next) ->
                        ofReader.replace(queueId, new PendingReset(next, true), new PendingReset(next, false))));
    }

    /** These resets are over, whoever was told. */
    public void forgetPushed(GroupName group, TopicName topic, Map<Integer, Long> pushed) {
        changePending(
                reader(group, topic),
                ofReader -> pushed.forEach((queueId, next) -> ofReader.remove(queueId, new PendingReset(next, true))));
    }

    /** Offsets of the group on the topic by queue id, in order; empty when it has none. */
    public Map<Integer, Long> offsets(GroupName group, TopicName topic) {
        Map<Integer, Long> ofReader = offsets.get(reader(group, topic));
        return ofReader == null ? Map.of() : new TreeMap<>(ofReader);
    }

    /** Topics on which the group has offsets, in name order. */
    public Set<String> topicsOf(GroupName group) {
        Set<String> found = new TreeSet<>();
        offsets.keySet().stream()
                .filter(reader -> reader.group().equals(group.value()))
                .forEach(reader -> found.add(reader.topic()));
        return found;
    }

    /** Groups that have offsets on the topic, in name order. */
    public Set<String> groupsOf(TopicName topic) {
        Set<String> found = new TreeSet<>();
        offsets.keySet().stream()
                .filter(reader -> reader.topic().equals(topic.value()))
                .forEach(reader -> found.add(reader.group()));
        return found;
    }

    /** Forgets everything of a group. */
    public void removeGroup(GroupName group) {
        remove(offsets, reader -> reader.group().equals(group.value()));
        remove(pendingResets, reader -> reader.group().equals(group.value()));
    }

    /** Forgets everything of a topic. */
    public void removeTopic(TopicName topic) {
        remove(offsets, reader -> reader.topic().equals(topic.value()));
        remove(pendingResets, reader -> reader.topic().equals(topic.value()));
    }

    private void remove(Map<Reader, ?> table, Predicate<Reader> which) {
        if (table.keySet().removeIf(which)) {
            changed.set(true);
        }
    }

    /** Gives one group the offsets of another on a topic. */
    public void copy(GroupName from, GroupName to, TopicName topic) {
        offsets(from, topic).forEach((queueId, next) -> set(reader(to, topic), queueId, next));
    }

    /** Brings changes to the file soon, if there are any; to be called every few seconds. */
    public void saveIfChanged() {
        if (changed.getAndSet(false)) {
            version = version.next(clock.millis());
            saver.save().whenComplete((done, failed) -> {
                if (failed != null) {
                    changed.set(true);
                }
            });
        }
    }

    /** Brings the table to its file on the calling thread. */
    public void saveNow() {
        saver.saveNow();
    }

    /** Every offset with the version of the table, as replicas ask for it. */
    public ConsumerOffsetTable all() {
        Map<String, Map<Integer, Long>> all = new TreeMap<>();
        offsets.forEach((reader, ofReader) -> all.put(reader.key(), new TreeMap<>(ofReader)));
        return new ConsumerOffsetTable(all, version);
    }

    private String text() {
        return TableText.write(all());
    }
}
