package io.sluice.client.remote;

import io.sluice.client.link.ClusterLink;
import io.sluice.client.route.RouteCache;
import io.sluice.client.send.Gate;
import io.sluice.client.send.Sender;
import io.sluice.model.Message;
import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.port.RefusedException;
import io.sluice.wire.frame.ProtocolVersion;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;

/**
 * Holds back what brokers of another make would misunderstand instead of refusing it, until every broker of the topic is
 * known to understand it. Once that is known a send passes at once. Sends of one topic pass in the order in which they
 * came. Any thread.
 */
public final class Capabilities {
    static final String EXACT_TIMES = "exact times of delivery";
    static final String KEYS = "idempotency keys";

    private final Releases releases;
    private final ConcurrentMap<TopicName, CompletableFuture<Void>> lines = new ConcurrentHashMap<>();

    public Capabilities(ClusterLink link, RouteCache routes) {
        this.releases = new Releases(link, routes);
    }

    /** Whether the message has an exact time of delivery. */
    public static boolean isTimed(Message message) {
        MessageProperties properties = message.properties();
        return properties.size() > 0
                && (properties.has(PropertyNames.TIMER_DELIVER_MS)
                        || properties.has(PropertyNames.TIMER_DELAY_MS)
                        || properties.has(PropertyNames.TIMER_DELAY_SEC));
    }

    /**
     * What the message has to pass. With an idempotency key: brokers of another make store each repeat. With a time of delivery:
     * brokers before 5.0 deliver at once. Others pass freely.
     */
    public Gate gateOf(Message message) {
        TopicName topic = message.topic();
        if (message.properties().has(PropertyNames.IDEMPOTENCY_KEY)) {
            return (send, refused) -> pass(topic, releases.requireUnits(KEYS, topic), send, refused);
        }
        return isTimed(message)
                ? (send, refused) ->
                        pass(topic, releases.require(EXACT_TIMES, ProtocolVersion.V5_0_0, topic), send, refused)
                : Gate.OPEN;
    }

    private void pass(TopicName topic, CompletionStage<Void> known, Runnable send, Consumer<RuntimeException> refused) {
        CompletableFuture<Void> answered = known.toCompletableFuture();
        CompletableFuture<Void> line = lines.get(topic);
        if (line == null && answered.isDone() && !answered.isCompletedExceptionally()) {
            send.run();
            return;
        }
        CompletableFuture<Void> mine = new CompletableFuture<>();
        CompletableFuture<Void> before = lines.put(topic, mine);
        CompletableFuture<Void> turn = before == null ? CompletableFuture.completedFuture(null) : before;
        turn.thenCombine(answered.handle((done, failure) -> failure), (mayPass, failure) -> failure)
                .whenComplete((failure, never) -> {
                    try {
                        step(failure, send, refused);
                    } finally {
                        lines.remove(topic, mine);
                        mine.complete(null);
                    }
                });
    }

    private static void step(Throwable failure, Runnable send, Consumer<RuntimeException> refused) {
        if (failure == null) {
            send.run();
        } else {
            refused.accept(notSent(ClusterLink.causeOf(failure)));
        }
    }

    static RuntimeException notSent(Throwable cause) {
        if (cause instanceof RefusedException refused) {
            return Sender.notSent(refused);
        }
        return cause instanceof RuntimeException unchecked ? unchecked : new CompletionException(cause);
    }
}
