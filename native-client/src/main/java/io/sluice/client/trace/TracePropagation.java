package io.sluice.client.trace;

import io.sluice.client.consume.BatchListener;
import io.sluice.client.consume.ReceivedMessage;
import io.sluice.client.consume.Verdict;
import io.sluice.client.intercept.ReceiveInterceptor;
import io.sluice.client.intercept.SendInterceptor;
import io.sluice.client.intercept.SendStep;
import io.sluice.client.send.Sent;
import io.sluice.model.GroupName;
import io.sluice.model.Message;
import io.sluice.model.MessageProperties;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Carries W3C trace context in the properties {@code traceparent} and {@code tracestate}. A message that is sent continues the
 * present trace of its thread, or begins one; while a listener handles a message, the trace of that message is the present one
 * of its thread. Share one among the producers and consumers of an application. Any thread.
 *
 * <p>A batch listener that gets several messages has no present trace: each message has its own, see {@link #of}.
 */
public final class TracePropagation implements SendInterceptor, ReceiveInterceptor {
    public static final String PARENT = "traceparent";
    public static final String STATE = "tracestate";

    private final ThreadLocal<TraceContext> present = new ThreadLocal<>();

    /** The present trace of this thread. */
    public Optional<TraceContext> current() {
        return Optional.ofNullable(present.get());
    }

    /** The trace that a message belongs to. */
    public static Optional<TraceContext> of(MessageProperties properties) {
        return TraceContext.parse(properties.get(PARENT), properties.get(STATE));
    }

    /** Runs the work with this present trace; for work that begins elsewhere, as at an HTTP request. */
    public void within(TraceContext context, Runnable work) {
        TraceContext before = present.get();
        present.set(context);
        try {
            work.run();
        } finally {
            restore(before);
        }
    }

    private void restore(TraceContext before) {
        if (before == null) {
            present.remove();
        } else {
            present.set(before);
        }
    }

    /** A message that has a trace context keeps it. */
    @Override
    public CompletionStage<Sent> around(Message message, SendStep next) {
        if (message.properties().has(PARENT)) {
            return next.send(message);
        }
        TraceContext context = current().map(TraceContext::child).orElseGet(TraceContext::fresh);
        return next.send(message.withProperty(PARENT, context.parent()).withProperty(STATE, context.state()));
    }

    @Override
    public Verdict around(GroupName group, List<ReceivedMessage> messages, BatchListener next) throws Exception {
        Optional<TraceContext> context =
                messages.size() == 1 ? of(messages.get(0).properties()) : Optional.empty();
        if (context.isEmpty()) {
            return next.onMessages(messages);
        }
        TraceContext before = present.get();
        present.set(context.get());
        try {
            return next.onMessages(messages);
        } finally {
            restore(before);
        }
    }
}
