package io.sluice.client.read;

import io.sluice.client.route.BrokerAddresses;
import io.sluice.client.route.RouteCache;
import io.sluice.client.route.TopicRoute;
import io.sluice.model.MessageQueue;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Which address to ask about a queue; any thread. */
public final class QueueLocator {
    private final RouteCache routes;

    public QueueLocator(RouteCache routes) {
        this.routes = routes;
    }

    /** As {@link #forReading(MessageQueue, long)}, at the primary while it is there. */
    public CompletionStage<String> forReading(MessageQueue queue) {
        return forReading(queue, BrokerAddresses.PRIMARY_ID);
    }

    /**
     * Address of a broker that holds the queue. Fails with {@link RefusedException} when the topic does not exist, does
     * not have the queue, cannot be read, or no such broker is there.
     *
     * @param brokerId the id asked for; another one of the same name when it is not there
     */
    public CompletionStage<String> forReading(MessageQueue queue, long brokerId) {
        return routes.find(queue.topic()).thenCompose(known -> {
            try {
                return CompletableFuture.completedFuture(address(queue, brokerId, known));
            } catch (RefusedException perhapsOutOfDate) {
                if (known.isEmpty()) {
                    return CompletableFuture.failedFuture(perhapsOutOfDate);
                }
                // A queue may have been added, or its broker moved, since the route was told.
                return routes.refresh(queue.topic()).thenApply(fresh -> address(queue, brokerId, fresh));
            }
        });
    }

    /** As {@link #forReading(MessageQueue)}; the last address of the broker when its route does not lead there any more. */
    public CompletionStage<String> forStoring(MessageQueue queue) {
        Optional<String> last = routes.known(queue.topic())
                        .filter(route -> route.share(queue.brokerName()).isPresent())
                        .isPresent()
                ? Optional.empty()
                : routes.lastPrimary(queue.brokerName());
        return last.map(CompletableFuture::completedFuture)
                .orElseGet(() -> forReading(queue).toCompletableFuture());
    }

    private static String address(MessageQueue queue, long brokerId, Optional<TopicRoute> found) {
        TopicRoute route = found.orElseThrow(() -> new RefusedException(
                Refusal.NO_SUCH_TOPIC,
                "topic %s does not exist; create it, or send to it if brokers create topics".formatted(queue.topic())));
        TopicRoute.Share share = route.share(queue.brokerName()).orElseThrow(() -> noSuchQueue(queue, 0));
        if (!share.canRead()) {
            throw new RefusedException(
                    Refusal.NOT_READABLE, "topic %s is write only on %s".formatted(queue.topic(), queue.brokerName()));
        }
        if (queue.queueId() >= share.readQueues()) {
            throw noSuchQueue(queue, share.readQueues());
        }
        return route.forReading(queue.brokerName(), brokerId)
                .orElseThrow(() -> new RefusedException(
                        Refusal.UNAVAILABLE, "no broker %s is there now".formatted(queue.brokerName())));
    }

    private static RefusedException noSuchQueue(MessageQueue queue, int queues) {
        return new RefusedException(
                Refusal.NO_SUCH_QUEUE,
                "there is no queue %s; broker %s has %d queues of the topic to read"
                        .formatted(queue, queue.brokerName(), queues));
    }

    /** The broker of the queue says that there is no such topic. */
    public void denied(MessageQueue queue) {
        routes.denied(queue.topic());
    }

    /** The route of the queue's topic did not lead to an answer and may be out of date. */
    public void suspect(MessageQueue queue) {
        routes.suspect(queue.topic());
    }
}
