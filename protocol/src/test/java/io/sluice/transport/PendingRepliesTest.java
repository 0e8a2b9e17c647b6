package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.wire.frame.Frame;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PendingRepliesTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final PendingReplies replies = new PendingReplies(2, nanos::get);

    @Test
    void anAnswerCompletesItsRequestOnce() {
        PendingReplies.Ticket ticket = replies.open(1, Duration.ofMillis(10));
        Frame answer = Frame.answer(0, "").answering(Frame.request(1).asking(ticket.opaque(), false));

        assertThat(replies.complete(answer)).isTrue();
        assertThat(replies.complete(answer)).isFalse();
        assertThat(ticket.answer().toCompletableFuture()).isCompletedWithValue(answer);
        assertThat(replies.size()).isZero();
    }

    @Test
    void aRequestExpiresWhenItsTimeIsOverEvenWhenTheClockWraps() {
        PendingReplies.Ticket ticket = replies.open(1, Duration.ofNanos(10));

        nanos.addAndGet(9);
        replies.expire();
        assertThat(ticket.answer().toCompletableFuture()).isNotDone();

        nanos.addAndGet(1);
        replies.expire();
        assertThat(ticket.answer().toCompletableFuture()).isCompletedExceptionally();
        assertThat(replies.size()).isZero();
    }

    @Test
    void theBoundCountsOnlyWhatWaits() {
        PendingReplies.Ticket first = replies.open(1, Duration.ofMillis(10));
        replies.open(1, Duration.ofMillis(10));
        assertThatThrownBy(() -> replies.open(1, Duration.ofMillis(10)))
                .isInstanceOfSatisfying(RemotingException.class, full -> assertThat(full.reason())
                        .isEqualTo(RemotingException.Reason.TOO_MANY_PENDING));

        replies.complete(Frame.answer(0, "").answering(Frame.request(1).asking(first.opaque(), false)));
        replies.open(1, Duration.ofMillis(10));
    }

    @Test
    void afterTheEndEverythingFailsWithItsReason() {
        PendingReplies.Ticket before = replies.open(1, Duration.ofMillis(10));
        replies.end(new RemotingException(RemotingException.Reason.CONNECTION_LOST, "lost"));
        replies.end(new RemotingException(RemotingException.Reason.CLOSED, "later"));
        PendingReplies.Ticket after = replies.open(1, Duration.ofMillis(10));

        assertThat(before.answer().toCompletableFuture()).isCompletedExceptionally();
        assertThatThrownBy(() -> after.answer().toCompletableFuture().join()).hasRootCauseMessage("lost");
    }
}
