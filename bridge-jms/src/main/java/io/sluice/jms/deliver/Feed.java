package io.sluice.jms.deliver;

import jakarta.jms.JMSException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Where the messages of one consumer come from. Safe for many threads; no method blocks. A feed tells its session whenever
 * something may have changed, by the {@code Runnable} that it was made with.
 */
public sealed interface Feed permits LeaseFeed, TailFeed {

    /** The next message at hand, or none. */
    Optional<Delivery> poll();

    /** Somebody waits for a message that long: asks the broker, unless enough is at hand or was asked for already. */
    void ask(Duration maxWait);

    /** Whether an answer to {@link #ask} is still to come. */
    boolean isAsking();

    /** How long it makes no sense to ask or poll, because something failed; 0 or less when it does. */
    long restNanos();

    /** Why nothing can be fetched at the moment. */
    Optional<Trouble> trouble();

    /** Undoes a poll: the message is the next again, as if it had not been looked at. */
    void putBack(Delivery delivery);

    /**
     * Starts again with the oldest of these, which were delivered and not acknowledged, and the messages behind them; they
     * count as delivered once more.
     *
     * @param pause before anything is delivered again
     * @return completes when the messages are back
     */
    CompletionStage<Void> rewind(List<Delivery> undone, Duration pause);

    /** The session is stopped: what others could have is given back. */
    void pause();

    /** A feed begins paused. */
    void resume();

    /** Whether a listener takes the messages, so that none is idle at hand. */
    void listenedTo(boolean listened);

    /** Called now and then: what lies idle at hand for long is given back. */
    void giveBackIdle();

    /** Gives back what is at hand and ends; completes when that is done. */
    CompletionStage<Void> close();

    /**
     * Why nothing comes.
     *
     * @param lasting asking again would not help
     */
    record Trouble(JMSException cause, boolean lasting) {}
}
