package io.sluice.broker.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.MessageProperties;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.LeaseRequest;
import io.sluice.port.LeaseReader.Leased;
import io.sluice.port.LeaseReader.Result;
import io.sluice.port.LeaseReader.Settled;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.wire.message.MessageView;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What a lease service stands on in a test that steps its threads. */
interface LeaseGround {
    LeaseService service();

    ManualClock clock();

    void send(String topic, int queueId, String text, MessageProperties properties);

    /** Texts of all messages of a queue. */
    List<String> texts(String topic, int queueId);

    /** The process is killed: what was appended stays, what was in memory does not. */
    void kill();

    void closeAndReopen();

    /** Runs the threads until they have nothing to do. */
    default void settleDown() {
        int done;
        do {
            done = service().journal().work() + service().keeper().work();
        } while (done > 0);
    }

    default void pass(Duration time) {
        clock().pass(time);
        settleDown();
    }

    default CompletableFuture<Leased> ask(LeaseRequest request) {
        CompletableFuture<Leased> answer = service().lease(request).toCompletableFuture();
        settleDown();
        return answer;
    }

    default List<Lease> lease(LeaseRequest request) {
        return now(ask(request)).leases();
    }

    default List<Result> settleAll(List<Settlement> settlements) {
        CompletionStage<List<Result>> answer = service()
                .settle(settlements)
                .thenApply(all -> all.stream().map(Settled::result).toList());
        settleDown();
        return now(answer);
    }

    /** What is answered by now: nothing happens any more but by the test. */
    static <T> T now(CompletionStage<T> stage) {
        CompletableFuture<T> answer = stage.toCompletableFuture();
        assertThat(answer).isDone();
        return answer.join();
    }

    static String text(Lease lease) {
        return new String(MessageView.of(lease.slice()).body(), StandardCharsets.UTF_8);
    }

    static List<String> texts(List<Lease> leases) {
        return leases.stream().map(LeaseGround::text).toList();
    }
}
