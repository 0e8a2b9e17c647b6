package io.sluice.broker.lease;

import io.sluice.model.MessageProperties;
import io.sluice.port.Hold;
import io.sluice.port.OffsetRange;
import io.sluice.store.QueueRead;
import io.sluice.store.QueueRead.Status;
import io.sluice.store.log.AppendResult;
import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.message.MessageLayout;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import io.sluice.wire.message.PropertiesCodec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;

/**
 * A log on the heap, for tests that would take long on a disk: one list of records, queues that count up. Tests decide when
 * appends are confirmed, what is refused, what was lost, and which messages are not in memory.
 */
final class HeapLog implements LeaseLog {
    /** Like the store, looks at so many entries in one read. */
    private static final int SCAN_ENTRIES = 800;

    private final InstantSource clock;
    private final List<byte[]> records = new ArrayList<>();
    private final Map<String, List<Integer>> queues = new HashMap<>();
    private final Map<String, Integer> minima = new HashMap<>();
    private final Deque<Pending> unconfirmed = new ArrayDeque<>();
    private final Set<String> cold = new HashSet<>();
    private final Map<String, AppendResult.Refused> refusals = new HashMap<>();
    private BiConsumer<String, Integer> arrivals = (topic, queueId) -> {};
    private long logEnd;

    /** Appends are confirmed by {@link #confirm} only. */
    boolean manual;

    /** The next read fails. */
    boolean failsOnce;

    /** The next append throws, as a store must not. */
    boolean throwsOnce;

    /** The disk takes nothing that is forced. */
    boolean forcesFail;

    /** Reads of queues with this number fail. */
    int failingQueue = -1;

    /** Entries of queues with this number are being made again. */
    int rebuildingQueue = -1;

    /** Runs once, right after a range was told: what happens between two looks. */
    Runnable afterRange;

    /** Queue entries that were looked at, messages that were looked into. */
    long entriesLooked;

    long recordsLooked;
    int holdsOpen;

    HeapLog(InstantSource clock) {
        this.clock = clock;
    }

    void onArrival(BiConsumer<String, Integer> listener) {
        arrivals = listener;
    }

    void send(String topic, int queueId, String text, MessageProperties properties) {
        byte[] encoded = PropertiesCodec.encode(properties);
        put(new NewRecord(
                topic,
                queueId,
                0,
                0,
                clock.millis(),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                0,
                0,
                ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)),
                ByteBuffer.wrap(encoded),
                true));
    }

    void send(String topic, int queueId, String text) {
        send(topic, queueId, text, MessageProperties.NONE);
    }

    private static String key(String topic, int queueId) {
        return topic + "/" + queueId;
    }

    private synchronized AppendResult.Stored put(NewRecord record) {
        List<Integer> queue = queues.computeIfAbsent(key(record.topic(), record.queueId()), none -> new ArrayList<>());
        byte[] bytes = encode(record, queue.size());
        queue.add(records.size());
        records.add(bytes);
        AppendResult.Stored stored = new AppendResult.Stored(logEnd, queue.size() - 1, bytes.length, clock.millis());
        logEnd += bytes.length;
        arrivals.accept(record.topic(), record.queueId());
        return stored;
    }

    private byte[] encode(NewRecord record, long queueOffset) {
        byte[] topic = record.topic().getBytes(StandardCharsets.UTF_8);
        int body = record.body().remaining();
        int properties = record.properties().remaining();
        ByteBuffer bytes = ByteBuffer.allocate(MessageLayout.MIN_BYTES + body + topic.length + properties);
        bytes.putInt(bytes.capacity()).putInt(MessageLayout.MAGIC_V1).putInt(0).putInt(record.queueId());
        bytes.putInt(record.flag()).putLong(queueOffset).putLong(logEnd).putInt(record.sysFlag());
        bytes.putLong(record.bornAtMs()).put(new byte[] {127, 0, 0, 1}).putInt(1);
        bytes.putLong(clock.millis()).put(new byte[] {127, 0, 0, 1}).putInt(10911);
        bytes.putInt(record.reconsumeTimes())
                .putLong(0)
                .putInt(body)
                .put(record.body().duplicate());
        bytes.put((byte) topic.length).put(topic);
        bytes.putShort((short) properties).put(record.properties().duplicate());
        return bytes.array();
    }

    @Override
    public synchronized OffsetRange range(String topic, int queueId) {
        List<Integer> queue = queues.getOrDefault(key(topic, queueId), List.of());
        OffsetRange range = new OffsetRange(minima.getOrDefault(key(topic, queueId), 0), queue.size());
        Runnable next = afterRange;
        if (next != null) {
            afterRange = null;
            next.run();
        }
        return range;
    }

    @Override
    public synchronized QueueRead read(
            String topic, int queueId, long fromOffset, EntryFilter filter, int maxMessages, int maxBytes) {
        if (failsOnce || failingQueue == queueId) {
            failsOnce = false;
            throw new IllegalStateException("told to fail");
        }
        List<Integer> queue = queues.get(key(topic, queueId));
        OffsetRange range = range(topic, queueId);
        if (queue == null) {
            return nothing(Status.NO_SUCH_QUEUE, 0, range);
        } else if (fromOffset < range.min()) {
            return nothing(Status.OFFSET_TOO_SMALL, range.min(), range);
        } else if (fromOffset >= range.max()) {
            return nothing(
                    fromOffset == range.max() ? Status.OFFSET_AT_END : Status.OFFSET_BEYOND_END, range.max(), range);
        }
        if (rebuildingQueue == queueId) {
            return nothing(Status.REBUILDING, fromOffset, range);
        }
        List<ByteBuffer> slices = new ArrayList<>();
        List<Long> offsets = new ArrayList<>();
        int bytes = 0;
        long at = fromOffset;
        while (at < range.max() && at < fromOffset + SCAN_ENTRIES && slices.size() < maxMessages) {
            byte[] record = records.get(queue.get((int) at));
            entriesLooked++;
            MessageView view = MessageView.of(ByteBuffer.wrap(record));
            String tag = view.tag();
            if (filter.acceptsEntry(at, tag == null ? 0 : tag.hashCode())) {
                if (!slices.isEmpty() && bytes + record.length > maxBytes) {
                    break;
                }
                recordsLooked++;
                if (filter.acceptsRecord(at, ByteBuffer.wrap(record).asReadOnlyBuffer())) {
                    slices.add(ByteBuffer.wrap(record).asReadOnlyBuffer());
                    offsets.add(at);
                    bytes += record.length;
                }
            }
            at++;
        }
        if (slices.isEmpty()) {
            return nothing(Status.NONE_MATCHED, at, range);
        }
        holdsOpen++;
        Runnable once = once(() -> holdsOpen--);
        return new QueueRead(
                Status.FOUND,
                slices,
                offsets.stream().mapToLong(Long::longValue).toArray(),
                once::run,
                at,
                range);
    }

    private static Runnable once(Runnable step) {
        boolean[] done = new boolean[1];
        return () -> {
            if (!done[0]) {
                done[0] = true;
                step.run();
            }
        };
    }

    private static QueueRead nothing(Status status, long next, OffsetRange range) {
        return new QueueRead(status, List.of(), new long[0], Hold.NONE, next, range);
    }

    @Override
    public synchronized boolean isCold(String topic, int queueId, long offset) {
        return cold.contains(key(topic, queueId));
    }

    void makeCold(String topic, int queueId) {
        cold.add(key(topic, queueId));
    }

    @Override
    public CompletionStage<AppendResult> append(NewRecord record) {
        throwIfTold();
        AppendResult.Refused refused = refusals.get(record.topic());
        if (refused != null) {
            return CompletableFuture.completedFuture(refused);
        }
        AppendResult stored = put(record);
        if (!manual || !record.waitForDisk()) {
            return CompletableFuture.completedFuture(stored);
        }
        CompletableFuture<AppendResult> stage = new CompletableFuture<>();
        unconfirmed.add(new Pending(stage, stored));
        return stage;
    }

    @Override
    public synchronized CompletionStage<List<AppendResult>> appendBundle(List<NewRecord> given) {
        throwIfTold();
        for (NewRecord record : given) {
            AppendResult.Refused refused = refusals.get(record.topic());
            if (refused != null) {
                return CompletableFuture.completedFuture(Collections.nCopies(given.size(), refused));
            }
        }
        List<AppendResult> stored = new ArrayList<>();
        given.forEach(record -> stored.add(put(record)));
        AppendResult last = stored.get(stored.size() - 1);
        if (!manual || !given.get(given.size() - 1).waitForDisk()) {
            return CompletableFuture.completedFuture(stored);
        }
        CompletableFuture<AppendResult> stage = new CompletableFuture<>();
        unconfirmed.add(new Pending(stage, last));
        return stage.thenApply(confirmed -> stored);
    }

    @Override
    public boolean mendNow() {
        return false;
    }

    @Override
    public synchronized long end() {
        return logEnd;
    }

    @Override
    public boolean force(long logOffset) {
        return !forcesFail;
    }

    @Override
    public CompletionStage<List<AppendResult>> appendFreeing(List<NewRecord> given) {
        return appendBundle(given);
    }

    private void throwIfTold() {
        if (throwsOnce) {
            throwsOnce = false;
            throw new IllegalStateException("told to throw");
        }
    }

    void refuse(String topic, AppendResult.Reason reason) {
        refusals.put(topic, new AppendResult.Refused(reason, "told to refuse"));
    }

    void refuseNothing() {
        refusals.clear();
    }

    /** Confirms what was appended so far. */
    void confirm() {
        while (!unconfirmed.isEmpty()) {
            Pending oldest = unconfirmed.poll();
            oldest.stage().complete(oldest.result());
        }
    }

    /** Fails to make durable what was appended so far and is not confirmed. */
    void failUnconfirmed() {
        while (!unconfirmed.isEmpty()) {
            unconfirmed
                    .poll()
                    .stage()
                    .complete(new AppendResult.Refused(AppendResult.Reason.FLUSH_FAILED, "told to fail"));
        }
    }

    private record Pending(CompletableFuture<AppendResult> stage, AppendResult result) {}

    /** How many records there are, to lose what comes later. */
    synchronized int records() {
        return records.size();
    }

    int count(String topic, int queueId) {
        return queues.getOrDefault(key(topic, queueId), List.of()).size();
    }

    MessageView message(String topic, int queueId, int offset) {
        return MessageView.of(
                ByteBuffer.wrap(records.get(queues.get(key(topic, queueId)).get(offset))));
    }

    /** Deletes the oldest entries of a queue, as retention does. */
    void retainFrom(String topic, int queueId, int min) {
        minima.put(key(topic, queueId), min);
    }

    void deleteTopic(String topic) {
        queues.keySet().removeIf(queue -> queue.startsWith(topic + "/"));
        minima.keySet().removeIf(queue -> queue.startsWith(topic + "/"));
    }

    /** Loses every record from this one on, as a machine does that loses power. */
    synchronized void loseFrom(int record) {
        while (records.size() > record) {
            byte[] lost = records.remove(records.size() - 1);
            logEnd -= lost.length;
        }
        queues.values().forEach(queue -> queue.removeIf(index -> index >= record));
        unconfirmed.clear();
    }
}
