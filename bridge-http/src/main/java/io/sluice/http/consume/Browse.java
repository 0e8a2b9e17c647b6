package io.sluice.http.consume;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sluice.http.channel.Answer;
import io.sluice.http.channel.Call;
import io.sluice.http.observe.HttpMetrics;
import io.sluice.model.FilterExpression;
import io.sluice.model.MessageQueue;
import io.sluice.port.OffsetRange;
import io.sluice.port.QueueReader;
import io.sluice.port.QueueReader.FetchRequest;
import io.sluice.port.QueueReader.Fetched;
import io.sluice.port.QueueReader.Status;
import io.sluice.wire.message.MessageView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One look at some queues of a topic: reads them one after another, each up to the limit and its share of bytes, and shows
 * the earliest stored of all. One step at a time, on workers.
 */
final class Browse {
    /** Soft bound on what is read for one answer, over all queues. */
    private static final int BYTES_MAX = 8 * 1024 * 1024;

    private static final int BYTES_PER_QUEUE_MIN = 64 * 1024;

    private final Call call;
    private final QueueReader reader;
    private final List<MessageQueue> queues;
    private final Start start;
    private final long toMs;
    private final int limit;
    private final HttpMetrics metrics;
    private final int bytesPerQueue;
    private final List<Scan> scans = new ArrayList<>();
    /** Every batch read, held until the answer is written or given up. */
    private final List<Fetched> held = new ArrayList<>();

    /** Where the reading of a queue begins. */
    @FunctionalInterface
    interface Start {
        CompletionStage<Long> of(QueueReader reader, MessageQueue queue, OffsetRange range);

        static Start atOffset(long offset) {
            return (reader, queue, range) -> CompletableFuture.completedFuture(offset);
        }

        static Start atTime(long epochMs) {
            return (reader, queue, range) -> reader.offsetAt(queue, epochMs);
        }

        static Start atBeginning() {
            return (reader, queue, range) -> CompletableFuture.completedFuture(range.min());
        }
    }

    /** One stored message of one queue. */
    private record Found(MessageQueue queue, ByteBuffer slice, long storedAtMs, long offset) {}

    /** How far one queue was read. */
    private static final class Scan {
        private final MessageQueue queue;
        private final OffsetRange range;
        private final List<Found> found = new ArrayList<>();
        private long next;
        private int bytes;

        Scan(MessageQueue queue, OffsetRange range, long next) {
            this.queue = queue;
            this.range = range;
            this.next = next;
        }
    }

    Browse(
            Call call,
            QueueReader reader,
            List<MessageQueue> queues,
            Start start,
            long toMs,
            int limit,
            HttpMetrics metrics) {
        this.call = call;
        this.reader = reader;
        this.queues = queues;
        this.start = start;
        this.toMs = toMs;
        this.limit = limit;
        this.metrics = metrics;
        this.bytesPerQueue = Math.max(BYTES_PER_QUEUE_MIN, BYTES_MAX / queues.size());
    }

    CompletionStage<Answer> begin() {
        return scanFrom(0).thenApply(done -> answer()).whenComplete((answer, failed) -> {
            if (failed != null) {
                release();
            }
        });
    }

    private CompletionStage<Void> scanFrom(int index) {
        if (index == queues.size()) {
            return CompletableFuture.completedFuture(null);
        }
        MessageQueue queue = queues.get(index);
        return reader.range(queue)
                .thenCompose(range -> start.of(reader, queue, range).thenApply(first -> new Scan(queue, range, first)))
                .thenComposeAsync(
                        scan -> {
                            scans.add(scan);
                            return fetchNext(scan);
                        },
                        call::onWorker)
                .thenComposeAsync(scanned -> scanFrom(index + 1), call::onWorker);
    }

    private CompletionStage<Void> fetchNext(Scan scan) {
        FetchRequest request = new FetchRequest(
                scan.queue,
                scan.next,
                limit - scan.found.size(),
                bytesPerQueue - scan.bytes,
                FilterExpression.ALL,
                Duration.ZERO);
        return reader.fetch(request)
                .thenComposeAsync(
                        fetched -> {
                            held.add(fetched);
                            return take(scan, fetched)
                                    ? fetchNext(scan)
                                    : CompletableFuture.<Void>completedFuture(null);
                        },
                        call::onWorker);
    }

    /** Whether there is more to read. */
    private boolean take(Scan scan, Fetched fetched) {
        for (ByteBuffer slice : fetched.records().slices()) {
            MessageView view = MessageView.of(slice);
            if (view.storedAtMs() > toMs || scan.found.size() == limit) {
                return false;
            }
            scan.found.add(new Found(scan.queue, slice, view.storedAtMs(), view.queueOffset()));
            scan.bytes += view.totalSize();
            scan.next = view.queueOffset() + 1;
        }
        boolean moved = fetched.nextOffset() != scan.next;
        scan.next = fetched.nextOffset();
        boolean goesOn = fetched.status() == Status.FOUND || fetched.status() == Status.BEFORE_RANGE && moved;
        return goesOn && scan.found.size() < limit && scan.bytes < bytesPerQueue;
    }

    private Answer answer() {
        List<Found> shown = scans.stream()
                .flatMap(scan -> scan.found.stream())
                .sorted(Comparator.comparingLong(Found::storedAtMs)
                        .thenComparing(Found::queue)
                        .thenComparingLong(Found::offset))
                .limit(limit)
                .toList();
        Set<Found> inAnswer = Collections.newSetFromMap(new IdentityHashMap<>());
        inAnswer.addAll(shown);
        for (Scan scan : scans) {
            scan.found.stream()
                    .filter(found -> !inAnswer.contains(found))
                    .findFirst()
                    .ifPresent(left -> scan.next = left.offset());
        }
        MessagePieces pieces = new MessagePieces(
                shown.size(),
                (json, index) -> MessageJson.writeStored(
                        json,
                        shown.get(index).queue(),
                        MessageView.of(shown.get(index).slice())),
                this::writeQueues);
        return Answer.flowing(Answer.JSON, new BrowsedMessages(pieces, shown.size(), this::release, metrics));
    }

    private void writeQueues(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("queues");
        for (Scan scan : scans) {
            json.writeStartObject();
            json.writeStringField("broker", scan.queue.brokerName());
            json.writeNumberField("queue", scan.queue.queueId());
            json.writeNumberField("min", scan.range.min());
            json.writeNumberField("max", scan.range.max());
            json.writeNumberField("next", scan.next);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void release() {
        held.forEach(Fetched::close);
    }
}
