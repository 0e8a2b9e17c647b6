package io.sluice.client.link;

import io.sluice.transport.RemotingClient;
import io.sluice.transport.RemotingException;
import io.sluice.wire.frame.Frame;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The name servers of a cluster. All know the same, so one of them, found by chance at start, is asked until it does not
 * answer; then the next one is asked the same question. Any thread.
 */
final class NameServers {
    private static final Logger log = LoggerFactory.getLogger(NameServers.class);

    private final List<String> addresses;
    private final RemotingClient connections;
    private final Duration timeout;
    private final AtomicInteger chosen;

    NameServers(List<String> addresses, RemotingClient connections, Duration timeout) {
        this.addresses = addresses;
        this.connections = connections;
        this.timeout = timeout;
        this.chosen = new AtomicInteger(ThreadLocalRandom.current().nextInt(addresses.size()));
    }

    List<String> addresses() {
        return addresses;
    }

    /** The answer of the first that answers; fails with what the last one failed with when none does. */
    CompletionStage<Frame> ask(Frame request) {
        CompletableFuture<Frame> answer = new CompletableFuture<>();
        ask(request, chosen.get(), addresses.size(), answer);
        return answer;
    }

    private void ask(Frame request, int index, int triesLeft, CompletableFuture<Frame> answer) {
        String address = addresses.get(Math.floorMod(index, addresses.size()));
        connections.call(address, request, timeout).whenComplete((found, failure) -> {
            if (failure == null) {
                answer.complete(found);
                return;
            }
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            if (triesLeft <= 1 || !(cause instanceof RemotingException silent) || isOurOwn(silent)) {
                answer.completeExceptionally(cause);
                return;
            }
            log.info("name server {} does not answer, asking the next one: {}", address, silent.getMessage());
            if (silent.reason() == RemotingException.Reason.TIMED_OUT) {
                connections.disconnect(address, "it did not answer in time");
            }
            chosen.compareAndSet(index, Math.floorMod(index + 1, addresses.size()));
            ask(request, index + 1, triesLeft - 1, answer);
        });
    }

    private static boolean isOurOwn(RemotingException silent) {
        return silent.reason() == RemotingException.Reason.CLOSED
                || silent.reason() == RemotingException.Reason.TOO_MANY_PENDING;
    }
}
