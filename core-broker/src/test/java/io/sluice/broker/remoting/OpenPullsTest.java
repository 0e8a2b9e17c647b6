package io.sluice.broker.remoting;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class OpenPullsTest {
    private final OnePeer connection = new OnePeer(question -> new CompletableFuture<>());

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
