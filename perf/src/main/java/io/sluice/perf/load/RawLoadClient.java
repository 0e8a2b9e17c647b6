package io.sluice.perf.load;

import io.sluice.perf.measure.Completion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;

/** {@link RawSend} as a load client: each step is one burst, and one thread starts the steps. */
public final class RawLoadClient implements LoadClient {
    private final RawSend raw;

    public RawLoadClient(LoadSettings settings) throws IOException {
        int colon = settings.broker().lastIndexOf(':');
        this.raw = new RawSend(
                settings.broker().substring(0, colon),
                Integer.parseInt(settings.broker().substring(colon + 1)),
                settings.topic(),
                settings.queues(),
                settings.bodyBytes());
    }

    /** The body is the one that the frames were encoded with. */
    @Override
    public synchronized void send(int topic, byte[] body, Completion completion) throws IOException {
        raw.burst(completion);
    }

    @Override
    public AutoCloseable receive(Member member, Consumer<byte[]> received) {
        throw new UnsupportedOperationException("raw loads only send");
    }

    @Override
    public void close() {
        try {
            raw.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
