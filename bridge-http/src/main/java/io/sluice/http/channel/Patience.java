package io.sluice.http.channel;

import java.time.Duration;

/**
 * How long the listener waits for a peer, or for the broker. Each 1 ms..24 d.
 *
 * @param idle         a kept-alive connection without a request is closed after this
 * @param head         a request line and its headers must arrive within this, else the connection is closed
 * @param body         a request body must arrive within this, else 408
 * @param answer       the broker must answer a call that is no pull and no stream within this, else 503
 * @param stalledWrite an answer of which the peer takes nothing for this long is given up and its connection closed
 * @param closing      how long {@link HttpListener#close} waits for calls under way
 */
public record Patience(
        Duration idle, Duration head, Duration body, Duration answer, Duration stalledWrite, Duration closing) {
    /** Idle 60 s, head 10 s, body 30 s, answer 30 s, stalled write 30 s, closing 10 s. */
    public static final Patience DEFAULT = new Patience(
            Duration.ofSeconds(60),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10));

    public Patience {
        requireInRange("idle", idle);
        requireInRange("head", head);
        requireInRange("body", body);
        requireInRange("answer", answer);
        requireInRange("stalledWrite", stalledWrite);
        requireInRange("closing", closing);
    }

    private static void requireInRange(String name, Duration value) {
        if (value.toMillis() < 1 || value.toMillis() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("HTTP patience %s is %s; it must be 1 ms..24 d".formatted(name, value));
        }
    }

    public Patience withIdle(Duration changed) {
        return new Patience(changed, head, body, answer, stalledWrite, closing);
    }

    public Patience withHead(Duration changed) {
        return new Patience(idle, changed, body, answer, stalledWrite, closing);
    }

    public Patience withBody(Duration changed) {
        return new Patience(idle, head, changed, answer, stalledWrite, closing);
    }

    public Patience withAnswer(Duration changed) {
        return new Patience(idle, head, body, changed, stalledWrite, closing);
    }

    public Patience withStalledWrite(Duration changed) {
        return new Patience(idle, head, body, answer, changed, closing);
    }
}
