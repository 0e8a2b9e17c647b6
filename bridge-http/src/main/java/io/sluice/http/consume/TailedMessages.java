package io.sluice.http.consume;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sluice.filter.CompiledFilter;
import io.sluice.http.channel.BodySource;
import io.sluice.http.channel.Call;
import io.sluice.http.channel.Json;
import io.sluice.http.channel.Problem;
import io.sluice.http.channel.ProblemType;
import io.sluice.http.observe.HttpMetrics;
import io.sluice.http.observe.HttpMetrics.Outlet;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.Records;
import io.sluice.port.Tails;
import io.sluice.port.Tails.Tail;
import io.sluice.port.Tails.TailListener;
import io.sluice.wire.message.MessageView;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The body of one event stream: a tail of a topic on one side, a connection on the other, one lock between them, which is
 * never held while JSON is written.
 *
 * <p>Back-pressure: a batch of records waits here, unwritten, until the connection has taken everything before it; only
 * then its queue may bring the next one. So at most one batch per queue waits, and one piece is being written. A peer that
 * takes nothing is cut off by the listener.
 */
final class TailedMessages implements BodySource, TailListener {
    private static final int PIECE_BYTES = 64 * 1024;
    private static final Duration READY_WITHIN = Duration.ofSeconds(30);
    private static final byte[] GREETING = "retry: 2000\n: following\n\n".getBytes(StandardCharsets.UTF_8);
    private static final byte[] KEEP_ALIVE = ": keep-alive\n\n".getBytes(StandardCharsets.UTF_8);
    private static final byte[] CLOSING = ": the server is closing\n\n".getBytes(StandardCharsets.UTF_8);
    private static final byte[] EVENT = "event: message\ndata: ".getBytes(StandardCharsets.UTF_8);
    private static final byte[] EVENT_END = "\n\n".getBytes(StandardCharsets.UTF_8);

    private final Call call;
    private final CompiledFilter filter;
    private final Duration keepAlive;
    private final HttpMetrics metrics;
    private final InstantSource clock;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private Tail tail;

    /** Guarded by the lock, like everything below. */
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    /** Present while the connection wants a piece and there is none. */
    private CompletableFuture<Piece> wanted;
    /** A worker is making a piece. */
    private boolean serving;

    private Runnable cancelKeepAlive = () -> {};
    private int messagesInPiece;
    private boolean greeted;
    private boolean closing;
    private boolean over;

    /** Something to be written: a batch of records, or a sentence about records that are lost. */
    private static final class Waiting {
        private final MessageQueue queue;
        private final Records records;
        private final Borrowed memory;
        private final String gap;
        private final CompletableFuture<Void> taken = new CompletableFuture<>();
        /** Index of the first record that is not written; touched by the serving worker only. */
        private int next;

        Waiting(MessageQueue queue, Records records, String gap) {
            this.queue = queue;
            this.records = records;
            this.memory = new Borrowed(records.hold());
            this.gap = gap;
        }
    }

    TailedMessages(Call call, CompiledFilter filter, Duration keepAlive, HttpMetrics metrics, InstantSource clock) {
        this.call = call;
        this.filter = filter;
        this.keepAlive = keepAlive;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** Completes when every record stored from now on will be seen; fails, with the tail closed, when that is not to be. */
    CompletionStage<Void> follow(Tails tails, TopicName topic) {
        tail = tails.follow(topic, this);
        Runnable cancel = call.after(
                READY_WITHIN, () -> notReady(ProblemType.UNAVAILABLE, "the broker did not begin to follow the topic"));
        tail.ready().whenComplete((begun, failed) -> {
            cancel.run();
            if (failed == null) {
                ready.complete(null);
            } else if (ready.completeExceptionally(failed)) {
                ended(false);
            }
        });
        call.interrupted().thenAccept(why -> {
            notReady(ProblemType.CLOSING, "this server is closing");
            if (why == Call.Interruption.CLOSING) {
                beginClosing();
            }
        });
        return ready;
    }

    private void notReady(ProblemType type, String detail) {
        if (ready.completeExceptionally(Problem.of(type, detail).asException())) {
            ended(false);
        }
    }

    private void beginClosing() {
        synchronized (this) {
            closing = true;
        }
        call.onWorker(this::serve);
    }

    @Override
    public CompletionStage<Void> onRecords(MessageQueue queue, Records records) {
        Waiting batch = new Waiting(queue, records, null);
        return offer(batch) ? batch.taken : CompletableFuture.completedFuture(null);
    }

    @Override
    public void onGap(MessageQueue queue, long fromOffset, long toOffset) {
        byte[] data = Json.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("topic", queue.topic().value());
            json.writeStringField("broker", queue.brokerName());
            json.writeNumberField("queue", queue.queueId());
            json.writeNumberField("from", fromOffset);
            json.writeNumberField("to", toOffset);
            json.writeEndObject();
        });
        String gap = "event: gap\ndata: " + new String(data, StandardCharsets.UTF_8) + "\n\n";
        offer(new Waiting(queue, Records.NONE, gap));
    }

    /** False, and its memory given back, when nobody listens any more. */
    private boolean offer(Waiting batch) {
        boolean awaited;
        synchronized (this) {
            awaited = wanted != null;
            if (!over) {
                waiting.add(batch);
            } else {
                batch.memory.giveBack();
                return false;
            }
        }
        if (awaited) {
            call.onWorker(this::serve);
        }
        return true;
    }

    @Override
    public CompletionStage<Piece> next() {
        CompletableFuture<Piece> piece = new CompletableFuture<>();
        synchronized (this) {
            if (!greeted) {
                greeted = true;
                return CompletableFuture.completedFuture(new Piece(ByteBuffer.wrap(GREETING), false));
            }
            metrics.messagesOut(Outlet.STREAM, messagesInPiece);
            messagesInPiece = 0;
            wanted = piece;
            cancelKeepAlive = call.after(keepAlive, this::keepAlive);
        }
        serve();
        return piece;
    }

    private void keepAlive() {
        CompletableFuture<Piece> answer;
        synchronized (this) {
            if (wanted == null || over) {
                return;
            }
            if (serving || !waiting.isEmpty()) {
                cancelKeepAlive = call.after(keepAlive, this::keepAlive);
                return;
            }
            answer = wanted;
            wanted = null;
        }
        answer.complete(new Piece(ByteBuffer.wrap(KEEP_ALIVE), false));
    }

    /** Makes the piece that is wanted, if there is something to put in it. Runs on workers, one at a time. */
    private void serve() {
        synchronized (this) {
            if (wanted == null || serving || over) {
                return;
            }
            serving = true;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(4096);
        List<Waiting> taken = new ArrayList<>();
        try {
            do {
                fill(bytes, taken);
            } while (!stopServing(bytes));
        } catch (RuntimeException | Error failed) {
            failServing(failed);
        }
        taken.forEach(batch -> batch.taken.complete(null));
    }

    private void failServing(Throwable failure) {
        CompletableFuture<Piece> answer;
        synchronized (this) {
            serving = false;
            answer = wanted;
            wanted = null;
            cancelKeepAlive.run();
        }
        if (answer != null) {
            answer.completeExceptionally(failure);
        }
    }

    private void fill(ByteArrayOutputStream bytes, List<Waiting> taken) {
        Waiting head = head();
        while (head != null && bytes.size() < PIECE_BYTES) {
            Waiting batch = head;
            boolean whole = batch.memory.read(() -> write(batch, bytes)).orElse(true);
            if (whole) {
                batch.memory.giveBack();
                taken.add(batch);
                remove(batch);
            }
            head = head();
        }
    }

    private synchronized Waiting head() {
        return waiting.peek();
    }

    private synchronized void remove(Waiting batch) {
        if (waiting.peek() == batch) {
            waiting.poll();
        }
    }

    /** Writes records until the piece is large enough; true when none of the batch is left. */
    private boolean write(Waiting batch, ByteArrayOutputStream bytes) {
        if (batch.gap != null) {
            bytes.writeBytes(batch.gap.getBytes(StandardCharsets.UTF_8));
            return true;
        }
        List<ByteBuffer> slices = batch.records.slices();
        while (batch.next < slices.size() && bytes.size() < PIECE_BYTES) {
            MessageView view = MessageView.of(slices.get(batch.next++));
            if (passes(view)) {
                writeEvent(batch.queue, view, bytes);
            }
        }
        return batch.next == slices.size();
    }

    private boolean passes(MessageView view) {
        if (MessageJson.isExpired(view, clock.millis())) {
            metrics.expired(1);
            return false;
        }
        return filter.matches(view);
    }

    private void writeEvent(MessageQueue queue, MessageView view, ByteArrayOutputStream bytes) {
        bytes.writeBytes(EVENT);
        try {
            JsonGenerator json = Json.FACTORY.createGenerator(bytes);
            MessageJson.writeStored(json, queue, view);
            json.flush();
        } catch (IOException impossible) {
            throw new UncheckedIOException("writing JSON to memory failed", impossible);
        }
        bytes.writeBytes(EVENT_END);
        synchronized (this) {
            messagesInPiece++;
        }
    }

    /** Hands over what was made. False when there is nothing yet and something has come meanwhile. */
    private boolean stopServing(ByteArrayOutputStream bytes) {
        CompletableFuture<Piece> answer;
        Piece piece;
        synchronized (this) {
            if (bytes.size() == 0 && !closing && !over && !waiting.isEmpty()) {
                return false;
            }
            serving = false;
            if (over || bytes.size() == 0 && !closing) {
                return true;
            }
            answer = wanted;
            wanted = null;
            cancelKeepAlive.run();
            piece = bytes.size() > 0
                    ? new Piece(ByteBuffer.wrap(bytes.toByteArray()), false)
                    : new Piece(ByteBuffer.wrap(CLOSING), true);
        }
        answer.complete(piece);
        return true;
    }

    @Override
    public void ended(boolean whole) {
        List<Waiting> left;
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            cancelKeepAlive.run();
            left = List.copyOf(waiting);
            waiting.clear();
        }
        call.onWorker(() -> {
            tail.close();
            left.forEach(batch -> {
                batch.memory.giveBack();
                batch.taken.complete(null);
            });
        });
    }
}
