package io.sluice.jms.deliver;

import io.sluice.jms.destination.Addressed;
import io.sluice.jms.message.Acknowledger;
import io.sluice.jms.message.IncomingForm;
import io.sluice.jms.message.SluiceMessage;
import jakarta.jms.MessageListener;

/**
 * One consumer as its session's lane sees it. Listener and state are guarded by the lane's lock.
 */
public final class Subscription {
    private final Feed feed;
    private final Addressed destination;
    private final IncomingForm form;
    private final Acknowledger acknowledger;
    private MessageListener listener;
    private boolean closed;

    /** @param acknowledger what acknowledging one of its messages does */
    public Subscription(Feed feed, Addressed destination, IncomingForm form, Acknowledger acknowledger) {
        this.feed = feed;
        this.destination = destination;
        this.form = form;
        this.acknowledger = acknowledger;
    }

    Feed feed() {
        return feed;
    }

    SluiceMessage messageOf(Delivery delivery) {
        return form.of(delivery.message(), delivery.id(), destination, delivery.attempt(), acknowledger);
    }

    MessageListener listener() {
        return listener;
    }

    void listener(MessageListener changed) {
        listener = changed;
    }

    boolean isClosed() {
        return closed;
    }

    void becomeClosed() {
        closed = true;
    }
}
