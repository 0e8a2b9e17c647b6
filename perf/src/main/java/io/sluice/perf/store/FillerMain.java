package io.sluice.perf.store;

import io.sluice.store.MessageStore;
import io.sluice.store.file.FileDisk;
import io.sluice.store.log.AppendResult;
import io.sluice.store.log.FlushMode;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Opens a store, fills it, and says how long each took; ends when its input does, with a proper stop, or when it is killed.
 * Arguments: directory, topics, messages, bytes of a body. Speaks lines of {@code word milliseconds}.
 */
public final class FillerMain {
    static final String OPENED = "opened ";
    static final String FILLED = "filled ";
    static final String CLOSED = "closed ";

    private FillerMain() {}

    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        int topics = Integer.parseInt(arguments[1]);
        long messages = Long.parseLong(arguments[2]);
        int bytes = Integer.parseInt(arguments[3]);
        long began = System.nanoTime();
        MessageStore store = ScratchStore.open(directory, FlushMode.ASYNC_FLUSH, new FileDisk());
        say(OPENED, began);
        began = System.nanoTime();
        fill(store, topics, messages, bytes);
        say(FILLED, began);
        while (System.in.read() >= 0) {
            // whoever started this tells the end by closing the stream
        }
        began = System.nanoTime();
        store.close();
        say(CLOSED, began);
    }

    private static void fill(MessageStore store, int topics, long messages, int bytes) {
        RecordSource source = new RecordSource(store.logRange().max(), bytes);
        String[] names = new String[topics];
        for (int i = 0; i < topics; i++) {
            names[i] = topics == 1 ? Producers.TOPIC : "Perf%05d".formatted(i);
        }
        for (long done = 0; done < messages; ) {
            int queue = (int) (done % ((long) topics * Producers.QUEUES));
            AppendResult result = store.append(source.next(names[queue % topics], queue / topics))
                    .toCompletableFuture()
                    .join();
            if (result instanceof AppendResult.Stored) {
                done++;
            } else if (result instanceof AppendResult.Refused no && no.reason() == AppendResult.Reason.OVERLOADED) {
                Thread.onSpinWait();
            } else {
                throw new IllegalStateException("not stored: " + result);
            }
        }
    }

    private static void say(String word, long began) {
        System.out.println(word + (System.nanoTime() - began) / 1_000_000);
    }
}
