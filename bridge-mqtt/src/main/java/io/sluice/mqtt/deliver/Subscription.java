package io.sluice.mqtt.deliver;

import io.sluice.mqtt.topic.TopicFilter;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** One session's interest in one filter. Equal to itself only, so that a replaced one never takes its successor along. */
public final class Subscription implements AutoCloseable {
    private final String text;
    private final TopicFilter filter;
    private final SubscriptionOptions options;
    private final Consumer<Subscription> end;
    private final AtomicBoolean ended = new AtomicBoolean();

    Subscription(String text, TopicFilter filter, SubscriptionOptions options, Consumer<Subscription> end) {
        this.text = text;
        this.filter = filter;
        this.options = options;
        this.end = end;
    }

    /** As the client wrote it, share name included. */
    public String text() {
        return text;
    }

    TopicFilter filter() {
        return filter;
    }

    public SubscriptionOptions options() {
        return options;
    }

    /** Ends it: what is in the inbox already is still delivered. Twice is harmless. */
    @Override
    public void close() {
        if (ended.compareAndSet(false, true)) {
            end.accept(this);
        }
    }
}
