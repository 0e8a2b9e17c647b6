package io.sluice.broker.remoting;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.transport.Peer;
import io.sluice.transport.PeerSlot;
import io.sluice.wire.frame.Frame;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class OpenPullsTest {
    private final Connection connection = new Connection();

    /** A connection that says nothing and ends when the test wants it. */
    private static final class Connection implements Peer {
        private final Map<PeerSlot<?>, Object> kept = new HashMap<>();
        private final List<Runnable> listeners = new ArrayList<>();
        private boolean open = true;

        @Override
        public InetSocketAddress remoteAddress() {
            return new InetSocketAddress(1);
        }

        @Override
        public InetSocketAddress localAddress() {
            return new InetSocketAddress(2);
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        @SuppressWarnings("unchecked")
        public <T> Optional<T> get(PeerSlot<T> slot) {
            return Optional.ofNullable((T) kept.get(slot));
        }

        @Override
        public <T> void put(PeerSlot<T> slot, T value) {
            kept.put(slot, value);
        }

        @Override
        public CompletionStage<Frame> call(Frame request, Duration timeout) {
            return new CompletableFuture<>();
        }

        @Override
        public void oneWay(Frame request) {
            // Nobody is there to hear it.
        }

        @Override
        public void soon(Runnable step) {
            step.run();
        }

        @Override
        public void onClose(Runnable listener) {
            if (open) {
                listeners.add(listener);
            } else {
                listener.run();
            }
        }

        @Override
        public void close(String reason) {
            open = false;
            listeners.forEach(Runnable::run);
            listeners.clear();
        }
    }

    @Test
    void whatAConnectionWaitsForIsGivenUpWhenItEnds() {
        CompletableFuture<String> waiting = new CompletableFuture<>();
        CompletableFuture<String> answered = new CompletableFuture<>();
        OpenPulls.of(connection).add(waiting);
        OpenPulls.of(connection).add(7, answered);
        answered.complete("messages");
        connection.close("on purpose");
        assertThat(waiting).isCancelled();
        assertThat(answered).isCompletedWithValue("messages");
    }

    @Test
    void aReadThatIsAskedForWhenTheConnectionHasEndedIsGivenUpAtOnce() {
        OpenPulls pulls = OpenPulls.of(connection);
        connection.close("on purpose");
        CompletableFuture<String> late = new CompletableFuture<>();
        CompletableFuture<String> lateByName = new CompletableFuture<>();
        pulls.add(late);
        pulls.add(7, lateByName);
        assertThat(late).isCancelled();
        assertThat(lateByName).isCancelled();
    }

    @Test
    void aReadIsTakenBackByTheNameThatTheClientGaveIt() {
        CompletableFuture<String> first = new CompletableFuture<>();
        CompletableFuture<String> second = new CompletableFuture<>();
        OpenPulls pulls = OpenPulls.of(connection);
        pulls.add(1, first);
        pulls.add(2, second);
        pulls.takeBack(1);
        pulls.takeBack(99);
        assertThat(first).isCancelled();
        assertThat(second).isNotDone();
        CompletableFuture<String> again = new CompletableFuture<>();
        pulls.add(1, again);
        pulls.takeBack(1);
        assertThat(again).isCancelled();
    }
}
