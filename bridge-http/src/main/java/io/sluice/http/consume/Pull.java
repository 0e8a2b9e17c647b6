package io.sluice.http.consume;

import io.sluice.http.channel.Answer;
import io.sluice.http.channel.Call;
import io.sluice.http.channel.Problem;
import io.sluice.http.channel.ProblemType;
import io.sluice.http.channel.Times;
import io.sluice.http.observe.HttpMetrics;
import io.sluice.port.LeaseReader;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.LeaseRequest;
import io.sluice.port.LeaseReader.Leased;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.wire.message.MessageView;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One pull, from the question to the answer.
 *
 * <p>When the caller leaves, the question is taken back. Messages whose time to live is over are acknowledged and left out;
 * when there were no others, the broker is asked again for the rest of the wait.
 */
final class Pull {
    /** How much longer than its own wait a question may take before the broker counts as unavailable. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Call call;
    private final LeaseReader leases;
    private final LeaseRequest request;
    private final HttpMetrics metrics;
    private final InstantSource clock;
    private final long deadlineNanos;
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private volatile CompletableFuture<Leased> asked = CompletableFuture.completedFuture(Leased.NONE);

    Pull(Call call, LeaseReader leases, LeaseRequest request, HttpMetrics metrics, InstantSource clock) {
        this.call = call;
        this.leases = leases;
        this.request = request;
        this.metrics = metrics;
        this.clock = clock;
        this.deadlineNanos = System.nanoTime() + request.maxWait().toNanos();
    }

    CompletionStage<Answer> begin() {
        Duration longest = request.maxWait().plus(GRACE);
        Runnable cancel = call.after(
                longest,
                () -> answer.completeExceptionally(Problem.of(
                                ProblemType.UNAVAILABLE,
                                "the broker did not answer a pull of topic %s within %s"
                                        .formatted(request.topic(), Times.text(longest)))
                        .asException()));
        answer.whenComplete((done, failed) -> {
            cancel.run();
            asked.cancel(false);
        });
        call.interrupted().thenRun(() -> answer.complete(nothing()));
        ask();
        return answer;
    }

    private void ask() {
        Duration left = Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime()));
        CompletableFuture<Leased> question = lease(request.withMaxWait(left)).toCompletableFuture();
        asked = question;
        question.whenComplete((leased, failed) -> {
            if (!question.isCancelled()) {
                call.onWorker(() -> answered(leased, failed));
            }
        });
        if (answer.isDone()) {
            question.cancel(false);
        }
    }

    private CompletionStage<Leased> lease(LeaseRequest now) {
        try {
            return leases.lease(now);
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    private void answered(Leased leased, Throwable failed) {
        if (failed != null) {
            answer.completeExceptionally(failed);
            return;
        }
        List<Lease> fresh = dropExpired(leased);
        if (!fresh.isEmpty()) {
            PulledMessages pulled = new PulledMessages(call, leases, fresh, leased.hold(), metrics);
            if (!answer.complete(Answer.flowing(Answer.JSON, pulled))) {
                pulled.ended(false);
            }
            return;
        }
        leased.close();
        if (System.nanoTime() - deadlineNanos >= 0) {
            answer.complete(nothing());
        } else if (!answer.isDone()) {
            ask();
        }
    }

    private List<Lease> dropExpired(Leased leased) {
        long now = clock.millis();
        List<Lease> fresh = new ArrayList<>();
        List<Settlement> over = new ArrayList<>();
        for (Lease lease : leased.leases()) {
            if (MessageJson.isExpired(MessageView.of(lease.slice()), now)) {
                over.add(new Settlement.Ack(lease.receipt()));
            } else {
                fresh.add(lease);
            }
        }
        if (!over.isEmpty()) {
            metrics.expired(over.size());
            Settling.quietly(leases, over, "acknowledge messages whose time to live is over");
        }
        return fresh;
    }

    private static Answer nothing() {
        return Answer.json(200, json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("messages");
            json.writeEndArray();
            json.writeEndObject();
        });
    }
}
