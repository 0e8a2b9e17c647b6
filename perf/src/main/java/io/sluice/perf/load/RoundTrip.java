package io.sluice.perf.load;

import io.sluice.perf.measure.Completion;
import io.sluice.perf.measure.Operation;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A step that is done when its message has come back in every group: sent by a producer, received by consumers of the same
 * process, told apart by a number in the first eight bytes of the body.
 */
public final class RoundTrip implements Operation {
    private final Map<Long, Travelling> travelling = new ConcurrentHashMap<>();
    private final List<LoadClient> senders;
    private final LoadSettings settings;
    private final int groups;

    private record Travelling(Completion completion, AtomicInteger missing) {}

    /** @param groups in which each message is to arrive */
    public RoundTrip(List<LoadClient> senders, LoadSettings settings, int groups) {
        this.senders = List.copyOf(senders);
        this.settings = settings;
        this.groups = groups;
    }

    @Override
    public void start(long number, int thread, Completion completion) throws Exception {
        travelling.put(number, new Travelling(completion, new AtomicInteger(groups)));
        byte[] body = ByteBuffer.allocate(settings.bodyBytes()).putLong(number).array();
        try {
            senders.get(thread % senders.size())
                    .send((int) Math.floorMod(number, (long) settings.topics()), body, new Sent(number));
        } catch (Exception failed) {
            if (travelling.remove(number) != null) {
                throw failed;
            }
        }
    }

    /** The way out; its end matters only when it fails. */
    private final class Sent implements Completion {
        private final long number;

        private Sent(long number) {
            this.number = number;
        }

        @Override
        public void refused(int messages, Throwable cause) {
            failed(cause);
        }

        @Override
        public void done(int messages) {
            // The step goes on until the message is back.
        }

        @Override
        public void failed(Throwable cause) {
            Travelling lost = travelling.remove(number);
            if (lost != null) {
                lost.completion().failed(cause);
            }
        }
    }

    /** Where one group's messages go. Those that nobody waits for, and second deliveries, are left out. */
    public Consumer<byte[]> receiver() {
        return body -> {
            long number = ByteBuffer.wrap(body).getLong();
            Travelling back = travelling.get(number);
            if (back != null && back.missing().decrementAndGet() == 0 && travelling.remove(number, back)) {
                back.completion().done(1);
            }
        };
    }
}
