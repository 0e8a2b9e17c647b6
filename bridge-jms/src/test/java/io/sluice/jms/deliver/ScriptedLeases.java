package io.sluice.jms.deliver;

import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.Hold;
import io.sluice.port.LeaseReader;
import io.sluice.port.Placement;
import io.sluice.port.contract.MemoryBroker;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A broker's lease facet whose every answer is given by the test. */
final class ScriptedLeases implements LeaseReader {
    private static final MessageQueue QUEUE = new MessageQueue(new TopicName("orders"), "scripted", 0);

    final List<LeaseRequest> requests = new ArrayList<>();
    final List<CompletableFuture<Leased>> answers = new ArrayList<>();
    final List<List<Settlement>> settlements = new ArrayList<>();
    final List<CompletableFuture<List<Settled>>> settled = new ArrayList<>();
    /** Whether settlements are answered at once, with DONE. */
    boolean settlesAtOnce = true;
    /** Whether a question that is taken back is over; else its answer was on its way already. */
    boolean takesBack = true;
    /** How the next settlement that is answered at once ends. */
    Result nextResult = Result.DONE;
    /** Why the next settlement fails; {@code null}: it does not. */
    RuntimeException nextFailure;

    @Override
    public CompletionStage<Leased> lease(LeaseRequest request) {
        requests.add(request);
        answers.add(new CompletableFuture<>() {
            @Override
            public boolean cancel(boolean mayInterrupt) {
                return takesBack && super.cancel(mayInterrupt);
            }
        });
        return answers.get(answers.size() - 1);
    }

    @Override
    public CompletionStage<List<Settled>> settle(List<Settlement> asked) {
        settlements.add(asked);
        CompletableFuture<List<Settled>> answer = new CompletableFuture<>();
        settled.add(answer);
        if (nextFailure != null) {
            answer.completeExceptionally(nextFailure);
            nextFailure = null;
        } else if (settlesAtOnce) {
            settle(answer, asked, nextResult);
            nextResult = Result.DONE;
        }
        return answer;
    }

    private static void settle(CompletableFuture<List<Settled>> answer, List<Settlement> asked, Result result) {
        answer.complete(asked.stream()
                .map(settlement -> new Settled(
                        new Receipt(
                                settlement.receipt().handle() + (settlement instanceof Settlement.Extend ? "+" : "")),
                        result,
                        0))
                .toList());
    }

    /** Answers the latest settlement. */
    void settleLatest(Result result) {
        int latest = settlements.size() - 1;
        settle(settled.get(latest), settlements.get(latest), result);
    }

    /** Answers the latest lease request. */
    void lend(Lease... leases) {
        answers.get(answers.size() - 1).complete(Leased.of(List.of(leases), Hold.NONE));
    }

    void refuse(RuntimeException cause) {
        answers.get(answers.size() - 1).completeExceptionally(cause);
    }

    static Lease lease(String receipt, String text) {
        return new Lease(new Receipt(receipt), QUEUE, record(text), 1, 0);
    }

    /** A stored record, made by the broker on the heap. */
    static ByteBuffer record(String text) {
        try (MemoryBroker broker = new MemoryBroker()) {
            broker.writer().send(Message.of("orders", text), new Placement.Queue(0));
            return broker.reader()
                    .fetch(new io.sluice.port.QueueReader.FetchRequest(
                            new MessageQueue(new TopicName("orders"), "memory", 0),
                            0,
                            1,
                            1,
                            io.sluice.model.FilterExpression.ALL,
                            Duration.ZERO))
                    .toCompletableFuture()
                    .join()
                    .records()
                    .slices()
                    .get(0);
        }
    }

    List<String> handlesOf(Class<? extends Settlement> kind) {
        return settlements.stream()
                .flatMap(List::stream)
                .filter(kind::isInstance)
                .map(settlement -> settlement.receipt().handle())
                .toList();
    }
}
