package io.sluice.client.script;

import io.sluice.client.script.ScriptedServer.Asked;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.SendCommands.SendMessage;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.message.PropertiesCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Makes a scripted broker keep what it is sent, single or in batches, and answer as brokers do. Any thread. */
public final class StoringBroker {
    private final ScriptedServer server;

    // Guarded by this object:

    /** Decides about each frame. */
    private Function<Arrived, Fate> rule = frame -> Fate.STORE;

    private final Map<Integer, List<Stored>> queues = new HashMap<>();
    private final List<Arrived> frames = new ArrayList<>();

    /** What becomes of a frame. */
    public enum Fate {
        STORE,
        /** Code 2, not stored. */
        BUSY,
        /** Code 13, not stored. */
        ILLEGAL,
        /** Stored, and the answer never comes. */
        STORE_SILENTLY,
        /** Stored, and the connection ends before the answer. */
        STORE_AND_DROP,
        /** Not stored, and the connection ends. */
        DROP
    }

    public record Arrived(int queueId, List<String> texts, boolean isBatch) {}

    public record Stored(String text, String uniqueKey, long logOffset) {}

    public StoringBroker(ScriptedServer server) {
        this.server = server;
        server.onAsync(RequestCode.SEND_MESSAGE_V2, this::single).onAsync(RequestCode.SEND_BATCH_MESSAGE, this::batch);
    }

    public synchronized StoringBroker rule(Function<Arrived, Fate> decides) {
        rule = decides;
        return this;
    }

    /** Each frame is dealt with for so long, one after the other. */
    public StoringBroker slow(Duration perFrame) {
        return rule(frame -> {
            LockSupport.parkNanos(perFrame.toNanos());
            return Fate.STORE;
        });
    }

    /** Sends meanwhile pile up: no frame is dealt with before the action has ended. */
    public synchronized <T> T whileHolding(Supplier<T> action) {
        return action.get();
    }

    public synchronized List<Stored> queue(int queueId) {
        return List.copyOf(queues.getOrDefault(queueId, List.of()));
    }

    public synchronized List<Arrived> frames() {
        return List.copyOf(frames);
    }

    private CompletionStage<Frame> single(Asked asked) {
        SendMessage header = asked.header(SendMessage.class);
        return take(header.queueId(), List.of(stored(asked.body(), header.properties())), false);
    }

    private CompletionStage<Frame> batch(Asked asked) {
        List<Stored> entries = new ArrayList<>();
        ByteBuffer rest = ByteBuffer.wrap(asked.body());
        while (rest.hasRemaining()) {
            rest.position(rest.position() + 16);
            byte[] body = new byte[rest.getInt()];
            rest.get(body);
            byte[] properties = new byte[rest.getShort()];
            rest.get(properties);
            entries.add(stored(body, new String(properties, StandardCharsets.UTF_8)));
        }
        return take(asked.header(SendMessage.class).queueId(), entries, true);
    }

    private static Stored stored(byte[] body, String properties) {
        return new Stored(
                new String(body, StandardCharsets.UTF_8),
                PropertiesCodec.decode(properties).uniqueKey().orElse(""),
                0);
    }

    private synchronized CompletionStage<Frame> take(int queueId, List<Stored> entries, boolean isBatch) {
        Arrived frame = new Arrived(queueId, entries.stream().map(Stored::text).toList(), isBatch);
        frames.add(frame);
        return switch (rule.apply(frame)) {
            case STORE -> CompletableFuture.completedFuture(store(queueId, entries));
            case BUSY -> CompletableFuture.completedFuture(Frame.answer(2, "[OVERLOAD]system busy"));
            case ILLEGAL -> CompletableFuture.completedFuture(Frame.answer(13, "the message is illegal"));
            case STORE_SILENTLY -> {
                store(queueId, entries);
                yield new CompletableFuture<>();
            }
            case STORE_AND_DROP -> {
                store(queueId, entries);
                server.dropClients();
                yield new CompletableFuture<>();
            }
            case DROP -> {
                server.dropClients();
                yield new CompletableFuture<>();
            }
        };
    }

    private Frame store(int queueId, List<Stored> entries) {
        List<Stored> queue = queues.computeIfAbsent(queueId, fresh -> new ArrayList<>());
        int first = queue.size();
        for (Stored entry : entries) {
            queue.add(new Stored(entry.text(), entry.uniqueKey(), 100_000L * queueId + queue.size()));
        }
        String ids = queue.subList(first, queue.size()).stream()
                .map(entry -> ScriptedCluster.idAt(entry.logOffset()))
                .collect(Collectors.joining(","));
        return ScriptedCluster.stored(0, queueId, first, ids);
    }
}
