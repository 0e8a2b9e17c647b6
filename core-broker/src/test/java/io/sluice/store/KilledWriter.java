package io.sluice.store;

import io.sluice.store.log.AppendResult;
import io.sluice.store.log.AppendResult.Stored;
import io.sluice.store.log.FlushMode;
import java.io.BufferedOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Appends until it is killed, and says on its standard output what was acknowledged. Run by {@link KillTest}. */
final class KilledWriter {
    /** Said when the store is about to be opened. */
    static final String OPENING = "opening";

    private static final int IN_FLIGHT = 16;

    private KilledWriter() {}

    static StoreConfig config(Path directory, FlushMode mode) {
        return Stores.config(directory)
                .withLogSegmentBytes(256 * 1024)
                .withQueueSegmentBytes(20_000)
                .withIndexSlots(5_000)
                .withIndexEntries(20_000)
                .withQueueFlushMs(20)
                .withQueueForceMs(150)
                .withFlushIntervalMs(10)
                .withReservedHours(1_000_000)
                .withFlushMode(mode);
    }

    /** Arguments: directory, flush mode, first id. */
    public static void main(String[] arguments) throws Exception {
        System.out.println(OPENING);
        MessageStore store = Stores.open(config(Path.of(arguments[0]), FlushMode.valueOf(arguments[1])));
        store.start();
        OutputStream acknowledged = new BufferedOutputStream(System.out, 1 << 16);
        Deque<CompletableFuture<AppendResult>> inFlight = new ArrayDeque<>();
        Deque<Long> ids = new ArrayDeque<>();
        for (long id = Long.parseLong(arguments[2]); ; id++) {
            String body = id + ":" + "k".repeat((int) (id * 31 % 700));
            inFlight.add(store.append(Stores.record(
                            "Topic" + id % 3,
                            (int) (id % 2),
                            body.getBytes(StandardCharsets.UTF_8),
                            Map.of("KEYS", "k" + id, "TAGS", "t" + id % 5)))
                    .toCompletableFuture());
            ids.add(id);
            if (inFlight.size() >= IN_FLIGHT) {
                Stored stored = (Stored) inFlight.remove().join();
                String line = ids.remove() + " " + stored.queueOffset() + ";\n";
                acknowledged.write(line.getBytes(StandardCharsets.US_ASCII));
                acknowledged.flush();
            }
        }
    }
}
