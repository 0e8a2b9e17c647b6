package io.sluice.broker.remoting;

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
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** A connection whose other end answers as the test says, and that ends when the test wants it. */
final class OnePeer implements Peer {
    private final Function<Frame, CompletionStage<Frame>> answers;
    private final Map<PeerSlot<?>, Object> kept = new HashMap<>();
    private final List<Runnable> listeners = new ArrayList<>();
    private boolean open = true;

    OnePeer(Function<Frame, CompletionStage<Frame>> answers) {
        this.answers = answers;
    }

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
        return answers.apply(request);
    }

    @Override
    public void oneWay(Frame request) {
        // Not listened to.
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
